"""What is known beforehand: known pairs, and those of a metabolic model."""

from ._human_gem import learnable_pairs as learnable_pairs
from ._human_gem import prior_pairs as prior_pairs
from ._human_gem import read_human_gem as read_human_gem
from ._known_pairs import listed_pairs as listed_pairs
from ._known_pairs import pairs_among as pairs_among
from ._known_pairs import pairs_to_follow as pairs_to_follow
from ._sbml import installed_model as installed_model
