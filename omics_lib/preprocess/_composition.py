"""Parts of a whole: how closed tables are recognised, and the centred log-ratio.

Where the values of every sample sum to the same, one can only grow while
others shrink. The centred log-ratio takes each part relative to the average
part of its sample instead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_SUM_RANGE = 0.05  # of the median sum: what rounding to a digit or two leaves
MAX_SUM_VARIANCE = 0.05  # of the sum of the variances, which is what independent parts would give


def centred_log_ratio(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take log2 of positive parts (n_samples, n_features), less its mean over the sample.

    References
    ----------
    Aitchison (1982), doi:10.1111/j.2517-6161.1982.tb01195.x.
    """
    logs = np.log2(parts)
    return logs - logs.mean(axis=1, keepdims=True)


def is_closed(values: ArrayLike) -> bool:
    """Tell whether the values (n_samples, n_features) of every sample sum to the same, up to rounding.

    Missing values count as 0. Both must hold: the sums lie within 5% of each
    other, and vary far less than those of unrelated parts would, so that many
    small steady values are not taken for a whole.

    Examples
    --------
    >>> percent = np.array([[20.0, 30.0, 50.0], [40.0, 30.0, 30.0], [10.0, 80.1, 10.0], [60.0, 20.0, 20.0]])
    >>> is_closed(percent), is_closed(percent[:, 1:])
    (True, False)
    """
    parts = np.nan_to_num(np.asarray(values, dtype=float))
    if parts.shape[1] < 2 or (parts < 0).any():
        return False
    sums = parts.sum(axis=1)
    spread, apart = np.ptp(sums), parts.var(axis=0).sum()
    return bool(spread <= MAX_SUM_RANGE * np.median(sums) and sums.var() <= MAX_SUM_VARIANCE * apart)
