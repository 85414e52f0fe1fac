"""What a cohort lends a study, and whether it is of any use there."""

from ._alignment import alignment as alignment
from ._rankings import cohort_rankings as cohort_rankings
from ._use import CohortUse as CohortUse
from ._use import cohort_use as cohort_use
