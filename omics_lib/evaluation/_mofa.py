"""MOFA2 as a rival: factors that explain both tables, fitted by the package of its authors.

`mofapy2` is an optional dependency (LGPL-3, extra `bench`), imported only when
asked for.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
import pandas as pd

from .._joined import Array
from ..correlation import Profiles
from ..errors import ParameterError, whole_number
from ..pairs import PairScores, Products


def mofa_installed() -> bool:
    """Say whether `mofapy2` is there, so that `mofa_ranking` can run."""
    return find_spec("mofapy2") is not None


def mofa_ranking(
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    n_factors: int = 10,
    random_state: int | None = None,
) -> PairScores:
    """Rank all pairs by the loadings that they share on the factors of MOFA2.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables, joined by their index.
    covariates, remove_factors
        As in `associate`; regressed out first.
    n_factors : int
        Factors of the model; fewer where the samples do not bear as many.
    random_state : int, optional
        Seed of the model. It starts from principal components, so that seeds
        rarely differ.

    Returns
    -------
    PairScores
        Size of W_genes · W_metabolitesᵀ, the product of the loading matrices; 0 for
        features that do not vary.

    Raises
    ------
    ParameterError
        If `mofapy2` is not installed (`mofa_installed` tells), or `n_factors`
        is no whole number of at least 1.

    Notes
    -----
    The model is Gaussian, and gets what its authors give it: values, not ranks,
    z-scored per feature, here after the covariates are regressed out. All else
    is at the package's defaults (spike-and-slab weights, automatic relevance
    determination, convergence mode `fast`). What the package prints is dropped,
    and NumPy's global generator, which it seeds, is put back.

    References
    ----------
    Argelaguet et al. (2020), MOFA+: a statistical framework for comprehensive
    integration of multi-modal single-cell data, Genome Biology 21:111,
    doi:10.1186/s13059-020-02015-1.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tables = [pd.DataFrame(rng.normal(size=(12, n))) for n in (40, 10)]
    >>> scores = mofa_ranking(*tables, n_factors=2) if mofa_installed() else tables[0].T @ tables[1]
    >>> scores.shape
    (40, 10)
    """
    whole_number("n_factors", n_factors, 1)
    if not mofa_installed():
        remedy = "Install it with `pip install 'omics_lib[bench]'`, or leave this ranking out."
        raise ParameterError("MOFA2", "the package mofapy2 is not installed", "this ranking needs it", remedy)
    profiles = Profiles.of(
        X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors, method="pearson"
    )
    views = [np.sqrt(profiles.n_samples) * side for side in (profiles.unit_left, profiles.unit_right)]
    seed = int(np.random.default_rng(random_state).integers(2**31))
    loadings = _loadings(views, min(n_factors, profiles.degrees_of_freedom + 1), seed)
    return Products(profiles.names, [(loadings[0], loadings[1])])


def _loadings(views: list[Array], n_factors: int, seed: int) -> list[Array]:
    """Fit MOFA2 and return the loadings (n_features, n_factors) of each view; constant features have none."""
    alive = [np.ptp(view, axis=0) > 0 for view in views]
    if not all(side.any() for side in alive):
        return [np.zeros((len(side), 1)) for side in alive]
    parts = [view[:, side] for view, side in zip(views, alive, strict=True)]
    fitted = _fit(parts, min(n_factors, sum(part.shape[1] for part in parts)), seed)
    loadings = [np.zeros((len(side), fitted[0].shape[1])) for side in alive]
    for full, side, part in zip(loadings, alive, fitted, strict=True):
        full[side] = part
    return loadings


def _fit(views: list[Array], n_factors: int, seed: int) -> list[Array]:
    with _kept_to_itself() as said:
        try:
            from mofapy2.run.entry_point import entry_point

            model = entry_point()
            model.set_data_options(scale_views=False)
            model.set_data_matrix([[view] for view in views], likelihoods=["gaussian"] * len(views))
            model.set_model_options(factors=n_factors)
            model.set_train_options(seed=seed, convergence_mode="fast")
            model.build()
            model.run()
            weights = model.model.nodes["W"].getExpectations()
        except SystemExit as stopped:  # its way to report an error
            last = said.getvalue().strip().splitlines()[-1:]
            raise RuntimeError(f"mofapy2 gave up: {' '.join(last)}") from stopped
    return [np.asarray(part["E"] if isinstance(part, dict) else part) for part in weights]


@contextlib.contextmanager
def _kept_to_itself() -> Iterator[io.StringIO]:
    """Keep the package's printing, its global seed and its filter of all warnings inside."""
    said = io.StringIO()
    state = np.random.get_state()  # noqa: NPY002 -- put back what the package seeds
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield said
    finally:
        np.random.set_state(state)  # noqa: NPY002
