"""A study: read, checked, written, simulated, fetched."""

from ._cell_lines import cell_line_files as cell_line_files
from ._cell_lines import read_cell_lines as read_cell_lines
from ._covariates import describe_column as describe_column
from ._datasets import fetch_dataset as fetch_dataset
from ._order import in_canonical_order as in_canonical_order
from ._simulate import dependent_pairs as dependent_pairs
from ._simulate import simulate_study as simulate_study
from ._sources import read_stage as read_stage
from ._study import read_study as read_study
from ._study import study_files as study_files
from ._unusual import unusual_samples as unusual_samples
from ._writing import write_study as write_study
from ._writing import write_study_folder as write_study_folder
