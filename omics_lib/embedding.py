"""Two-dimensional views of the samples, and whether they show more than chance would."""

from ._embedding_maps import by_similarity as by_similarity
from ._embedding_maps import embed as embed
from ._embedding_maps import shuffled_latents as shuffled_latents
from ._embedding_maps import variance_explained as variance_explained
from ._embedding_neighbours import NeighbourAgreement as NeighbourAgreement
from ._embedding_neighbours import is_number as is_number
from ._embedding_neighbours import neighbour_agreement as neighbour_agreement
from ._embedding_neighbours import neighbours_by_map as neighbours_by_map
