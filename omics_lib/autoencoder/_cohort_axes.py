"""What a cohort lends a study: its own covariance, as axes, and its moments."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .._joined import Array, finite_numbers
from ..errors import StudyError
from ..rowspace import fit_row_space


@dataclass(frozen=True, eq=False)
class CohortAxes:
    """The covariance of a cohort's z-scores, as axes and variances; made by `cohort_axes`.

    It tells nothing of single samples by name, but with all axes it holds as much as they do: it is data
    of the cohort.

    Attributes
    ----------
    features : Index
    mean, scale : array of shape (n_features,)
        Moments of the cohort's features before z-scoring (ddof 0).
    axes : array of shape (n_features, rank), float32
        Orthonormal, the one of the largest variance first.
    variance : array of shape (rank,)
        Of the z-scores along them.
    n_samples : int
        Of the cohort.
    comparable : bool
        Whether the cohort's values, before they are z-scored, are of the study's kind (both log2, say).
    units : array of shape (n_features,), optional
        What 1 in the study's table is, in the units of `scale`, where that is known.
    """

    features: pd.Index = field(repr=False)
    mean: Array = field(repr=False)
    scale: Array = field(repr=False)
    axes: NDArray[np.float32] = field(repr=False)
    variance: Array = field(repr=False)
    n_samples: int
    comparable: bool = True
    units: Array | None = field(default=None, repr=False)

    def __sklearn_clone__(self) -> CohortAxes:
        """Return itself: nothing of it changes, and it may be large."""
        return self

    def rows(self, scale: Array | float = 1.0, part: slice = slice(None)) -> Array:
        """Return rows (rank, n_features) whose covariance is the cohort's, for a study's z-scores.

        Parameters
        ----------
        scale : array of shape (n_features,) or float
            Standard deviations of the study's table, where it is z-scored once more.
        part : slice
            Of the features.

        Notes
        -----
        Where `units` are known, a feature counts with the root of its standard deviation in the cohort
        over that in the study: halfway between its z-scores in the one and in the other, as both
        deviations are estimates of the one that counts, that of samples to come.
        """
        rows = self.axes[part].T.astype(np.float64)
        rows *= np.sqrt(self.variance)[:, None]
        if self.units is not None:
            unit = (self.units * scale)[part]
            rows *= np.sqrt(np.divide(self.scale[part], unit, out=np.zeros_like(unit), where=unit > 0))
        return rows

    def aligned(self, features: Any, units: Any = None) -> CohortAxes:
        """Bring the axes to the features of a study, by name.

        Parameters
        ----------
        features : sequence of str
            Of the study's table; what the cohort lacks does not vary in it.
        units : array of shape (n_features,), optional
            Standard deviations by which the study's features were divided; of no use where the values are
            not `comparable`.

        Raises
        ------
        StudyError
            If no feature is in both.
        """
        features = pd.Index(features)
        places = self.features.get_indexer(features)
        known = places >= 0
        if not (self.scale[places[known]] > 0).any():
            expected = f"some must be among the {len(self.features):,} of the cohort, by name, and vary there"
            raise StudyError("cohort", "no feature in common with the study", expected, "Compare the names.")
        moments = (np.where(known, values[places], 0.0) for values in (self.mean, self.scale))
        axes = self.axes[places]
        axes[~known] = 0
        known_units = None if units is None or not self.comparable else np.asarray(units, dtype=np.float64)
        mean, scale = moments
        return replace(self, features=features, mean=mean, scale=scale, axes=axes, units=known_units)

    def in_units_of(self, preprocess: Any) -> CohortAxes:
        """Bring the axes to what a fitted preprocessing pipeline of the study returns.

        Parameters
        ----------
        preprocess : Pipeline
            As `preprocessor` makes it, or of it, fitted on a DataFrame; its last step divides by `scale_`.
        """
        last = preprocess
        while hasattr(last, "steps"):
            last = last[-1]
        return self.aligned(preprocess.get_feature_names_out(), last.scale_)

    def shuffled(self, random_state: int | None) -> CohortAxes:
        """Give the features each other's names, at random: a cohort that can be of no use."""
        order = np.random.default_rng(random_state).permutation(len(self.features))
        return replace(self, features=self.features[order])


def cohort_axes(X: pd.DataFrame, *, comparable: bool = True) -> CohortAxes:
    """Learn from a cohort how its features vary together.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        Values before z-scoring, with no missing ones: `preprocessor(...)[:-1]` makes them.
    comparable : bool
        Whether they are of the kind of the study's, before those are z-scored; else the two have nothing
        in common but how features vary together.

    Returns
    -------
    CohortAxes
        Of rank at most n_samples − 1.

    Raises
    ------
    StudyError
        If a value is missing, a feature stands there twice, or nothing varies.

    Examples
    --------
    >>> X = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 40)))
    >>> cohort_axes(X).axes.shape
    (40, 11)
    """
    values = finite_numbers(X)
    if not X.columns.is_unique:
        raise StudyError("cohort", "features that stand there more than once", "each once", "Drop some.")
    mean, scale = values.mean(axis=0), values.std(axis=0)
    varies = scale > 1e-12 * np.maximum(np.abs(mean), 1)
    if not varies.any():
        raise StudyError("cohort", "nothing varies", "its samples must differ", "Check the table.")
    scale = np.where(varies, scale, 0.0)
    z_scores = values - mean
    z_scores *= np.where(varies, 1 / np.where(varies, scale, 1), 0.0)
    space = fit_row_space(z_scores)
    variance = np.square(space.coordinates(z_scores)).mean(axis=0)
    axes = space.basis.astype(np.float32)
    return CohortAxes(pd.Index(X.columns), mean, scale, axes, variance, len(X), comparable)


def fit_pipeline(pipeline: Any, X: pd.DataFrame) -> Any:
    """Fit a pipeline; a cohort that its model has is brought to what the steps before the model return.

    Parameters
    ----------
    pipeline : Pipeline
        Preprocessing, and a model such as `OmicsAutoencoder(cohort=…)`; any other estimator is just fitted.
    X : DataFrame of shape (n_samples, n_features)
        Before preprocessing.

    Returns
    -------
    Pipeline
        The one given, fitted.
    """
    model = pipeline[-1] if hasattr(pipeline, "steps") else pipeline
    if getattr(model, "cohort", None) is None:
        return pipeline.fit(X)
    steps = pipeline[:-1]
    Z = steps.fit_transform(X)
    model.set_params(cohort=model.cohort.in_units_of(steps)).fit(Z)
    return pipeline
