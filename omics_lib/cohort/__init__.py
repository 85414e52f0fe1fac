"""A cohort: another study, larger or public, that lends what this one lacks."""

from ._checks import check_cohort as check_cohort
from ._cohort import FEW as FEW
from ._cohort import Cohort as Cohort
from ._cohort import read_cohort as read_cohort
from ._files import cohort_files as cohort_files
from ._files import cohort_folder as cohort_folder
