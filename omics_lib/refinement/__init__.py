"""The ranking of all pairs, refined on a graph of genes and metabolites; candidates for one of them."""

from ._candidates import rank_candidates as rank_candidates
from ._filters import high_pass as high_pass
from ._graph import build_graph as build_graph
from ._rank_aggregation import robust_rank_aggregation as robust_rank_aggregation
from ._refine import refine as refine
from ._refinement import Refinement as Refinement
from ._refinement import ranked_table as ranked_table
from ._replication import replicated_sizes as replicated_sizes
from ._six_nodes import six_nodes as six_nodes
from ._world import MODULES_OVER_LINKS as MODULES_OVER_LINKS
from ._world import World as World
from ._world import study_world as study_world
