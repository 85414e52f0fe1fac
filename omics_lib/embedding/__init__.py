"""Two-dimensional views of the samples, and whether they show more than chance would."""

from ._maps import by_similarity as by_similarity
from ._maps import embed as embed
from ._maps import shuffled_latents as shuffled_latents
from ._maps import variance_explained as variance_explained
from ._neighbours import NeighbourAgreement as NeighbourAgreement
from ._neighbours import is_number as is_number
from ._neighbours import neighbour_agreement as neighbour_agreement
from ._neighbours import neighbours_by_map as neighbours_by_map
