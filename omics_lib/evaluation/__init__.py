"""Rankings held against known pairs, beside their rivals."""

from ._baselines import baseline_rankings as baseline_rankings
from ._compare import compare_rankings as compare_rankings
from ._compare import metric_table as metric_table
from ._differences import saturated as saturated
from ._mofa import mofa_installed as mofa_installed
from ._mofa import mofa_ranking as mofa_ranking
from ._ranked_pairs import METRICS as METRICS
from ._ranking import evaluate_ranking as evaluate_ranking
from ._ranking import name_permutations as name_permutations
from ._two_runs import TwoRuns as TwoRuns
from ._two_runs import compare_findings as compare_findings
