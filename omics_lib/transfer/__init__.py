"""What a cohort lends a study, and whether it is of any use there."""

from ._alignment import alignment as alignment
from ._axes_file import Pretrained as Pretrained
from ._axes_file import pretrain as pretrain
from ._axes_file import read_cohort_axes as read_cohort_axes
from ._axes_file import write_cohort_axes as write_cohort_axes
from ._cell_lines import lent_to_cell_lines as lent_to_cell_lines
from ._lent import Lent as Lent
from ._rankings import cohort_rankings as cohort_rankings
from ._small_world import lent_in_a_small_world as lent_in_a_small_world
from ._use import CohortUse as CohortUse
from ._use import cohort_use as cohort_use
