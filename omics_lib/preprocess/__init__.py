"""From values as they were measured to tables that can be compared."""

from ._composition import is_closed as is_closed
from ._normalise import NORMALISE as NORMALISE
from ._normalise import depth_scaler as depth_scaler
from ._preprocess import preprocess_study as preprocess_study
from ._preprocess import preprocessed_table as preprocessed_table
from ._preprocess import preprocessor as preprocessor
from ._preprocess import preprocessor_for as preprocessor_for
