"""All pairs of genes and metabolites: their scores, never held at once, and what a ranking of them is."""

from ._largest_product import largest_product as largest_product
from ._places import Counted as Counted
from ._places import count_places as count_places
from ._products import Apart as Apart
from ._products import Products as Products
from ._ranking import KNOWLEDGE as KNOWLEDGE
from ._ranking import KNOWN_PAIRS as KNOWN_PAIRS
from ._ranking import NULL as NULL
from ._ranking import TABLES as TABLES
from ._ranking import Kind as Kind
from ._ranking import Ranking as Ranking
from ._scores import FrameScores as FrameScores
from ._scores import PairScores as PairScores
from ._threads import in_threads as in_threads
from ._threads import n_threads as n_threads
