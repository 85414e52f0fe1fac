"""Where the values of a study do not fit how they are to be preprocessed."""

from ._advise import GAIN as GAIN
from ._advise import MAX_FOLD as MAX_FOLD
from ._advise import Finding as Finding
from ._advise import advise as advise
from ._effects import closure_effect as closure_effect
from ._effects import depth_correlations as depth_correlations
from ._effects import depth_effect as depth_effect
from ._effects import log_effect as log_effect
from ._effects import pairs_by_closure as pairs_by_closure
