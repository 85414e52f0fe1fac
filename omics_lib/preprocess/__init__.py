"""From values as they were measured to tables that can be compared."""

from ._composition import centred_log_ratio as centred_log_ratio
from ._composition import is_closed as is_closed
from ._detection import fill_in as fill_in
from ._detection import half_minimum as half_minimum
from ._normalise import NORMALISE as NORMALISE
from ._normalise import size_factors as size_factors
from ._preprocess import check_preprocessing as check_preprocessing
from ._preprocess import preprocess_study as preprocess_study
from ._preprocess import preprocessed_table as preprocessed_table
from ._preprocess import preprocessor as preprocessor
from ._preprocess import preprocessor_for as preprocessor_for
