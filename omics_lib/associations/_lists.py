"""Lists of pairs under two kinds of error, in studies whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ._associate import associate

_SAMPLES, _GENES, _METABOLITES, _TRUE, _SLOPE = 40, 60, 30, 20, 1.2


def lists_by_rule(
    alpha: float = 0.05, n_studies: int = 20, random_state: int | None = None
) -> dict[str, pd.DataFrame]:
    """List the significant pairs of small simulated studies, once for each kind of error.

    Parameters
    ----------
    alpha : float
        The false discovery rate, and the family-wise error (Bonferroni).
    n_studies : int
        Studies of 40 samples, 60 genes and 30 metabolites, of which the first 20 follow one gene each.
    random_state : int, optional
        Seed of the studies.

    Returns
    -------
    dict of str to DataFrame
        By kind of error a row a listed pair: `study` (from 0), `place` in its list (from 1, by p) and `true`.

    Examples
    --------
    >>> {rule: len(lists) for rule, lists in lists_by_rule(0.05, 3, random_state=0).items()}
    {'false discovery rate': 62, 'family-wise error': 56}
    """
    rng = np.random.default_rng(random_state)
    n_pairs, found = _GENES * _METABOLITES, []
    for study in range(n_studies):
        genes, metabolites = (rng.normal(size=(_SAMPLES, n)) for n in (_GENES, _METABOLITES))
        metabolites[:, :_TRUE] += _SLOPE * genes[:, :_TRUE]
        pairs = associate(
            pd.DataFrame(genes), pd.DataFrame(metabolites), alpha=alpha, max_pairs=n_pairs
        ).pairs
        true = pairs["gene"].astype(int) == pairs["metabolite"].astype(int)
        found.append(
            pd.DataFrame(
                {"study": study, "place": np.arange(1, len(pairs) + 1), "true": true, "p": pairs["p"]}
            )
        )
    listed = pd.concat(found, ignore_index=True)
    alone = listed[listed["p"] <= alpha / n_pairs]
    return {"false discovery rate": listed.drop(columns="p"), "family-wise error": alone.drop(columns="p")}
