"""Learn from known pairs of other metabolites how much a score counts, and a gene that is known elsewhere.

Whole families of metabolites are held out, with all that runs through them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array
from scipy.sparse.csgraph import connected_components
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .._joined import Array
from ..pairs import PairScores

Places = NDArray[np.intp]

_N_NEGATIVES = 1000
_N_TEACHERS = 500
_LEAST = 1e-3
NO_SCORE = 1 - _LEAST  # says nothing of any pair: its feature is 0 throughout


def families(listed: Any, least_overlap: float, kin: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
    """Number the metabolites so that those which share their genes share a number.

    Parameters
    ----------
    listed : array of bool, sparse or not, shape (n_genes, n_metabolites)
        Prior pairs.
    least_overlap : float
        Two metabolites are kin if the genes that both are listed with are at
        least this share of those that either is listed with; kin of kin are one family.
    kin : array of int, shape (2, n), optional
        Pairs of metabolites that are kin in any case.
    """
    counts = csc_array(listed).astype(np.float64)
    both, size = (counts.T @ counts).tocoo(), counts.sum(axis=0)
    one, other = both.coords
    related = both.data / (size[one] + size[other] - both.data) >= least_overlap
    pairs = np.stack([one[related], other[related]])
    if kin is not None:
        pairs = np.concatenate([pairs, kin], axis=1)
    joined = coo_array((np.ones(pairs.shape[1]), pairs), shape=both.shape)
    return connected_components(joined, directed=False)[1]


def metabolite_folds(
    family: NDArray[np.intp], with_pairs: NDArray[np.bool_], n_folds: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Deal the families in which any metabolite has prior pairs into folds; all others get fold `n_folds`."""
    fold = np.full(len(family), n_folds)
    labels = np.unique(family[with_pairs])
    dealt = np.isin(family, labels)
    fold[dealt] = rng.permutation(np.arange(len(labels)) % n_folds)[np.searchsorted(labels, family[dealt])]
    return fold


@dataclass(frozen=True, eq=False)
class Material:
    """What can be learnt from: scores, prior pairs (n_genes, n_metabolites) and metabolites' families.

    Without scores a feature that says nothing stands in their place.
    """

    scores: PairScores | None
    evidence: csc_array
    listed: csc_array
    family: NDArray[np.intp]

    def is_known(self, metabolite: int, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which genes act on a metabolite of another family, by prior pairs of `allowed` ones."""
        others = allowed & (self.family != self.family[metabolite])
        return self.evidence @ others > 0

    def features(self, metabolite: int, allowed: NDArray[np.bool_], genes: Places) -> Array:
        """Return features (n_genes, 2) of some pairs of one metabolite, from prior pairs of `allowed` ones.

        Neither its own prior pairs nor those of its family count.
        """
        is_known = self.is_known(metabolite, allowed)[genes]
        places = genes, np.full(len(genes), metabolite)
        scores = np.full(len(genes), NO_SCORE) if self.scores is None else self.scores.at(*places)
        return np.column_stack([np.log(scores + _LEAST), is_known])

    def examples(
        self, allowed: NDArray[np.bool_], seeds: NDArray[np.int64]
    ) -> Iterator[tuple[Array, NDArray[np.bool_], Array]]:
        """Yield features, labels and weights of the pairs of each metabolite that teaches.

        Its evidence stands against genes that are not listed with it, of which few stand for all.
        Of many metabolites some, drawn at random, teach for all.
        """
        teachers = np.flatnonzero(allowed & (self.evidence.sum(axis=0) > 0))
        if len(teachers) > _N_TEACHERS:
            teachers = np.sort(np.random.default_rng(seeds).choice(teachers, _N_TEACHERS, replace=False))
        for metabolite in teachers.tolist():
            positive = _genes_of(self.evidence, metabolite)
            is_listed = np.zeros(self.listed.shape[0], dtype=bool)
            is_listed[_genes_of(self.listed, metabolite)] = True
            negative = np.flatnonzero(~is_listed)
            drawn = np.random.default_rng(seeds[metabolite]).permutation(negative)[:_N_NEGATIVES]
            if not len(drawn):
                continue
            rows = np.concatenate([positive, drawn])
            is_positive = np.arange(len(rows)) < len(positive)
            weight = np.where(is_positive, 1.0, len(negative) / len(drawn))
            yield self.features(metabolite, allowed, rows), is_positive, weight


def _genes_of(pairs: csc_array, metabolite: int) -> NDArray[np.intp]:
    """Return the genes that one metabolite is listed with, in their order."""
    return np.sort(pairs.indices[pairs.indptr[metabolite] : pairs.indptr[metabolite + 1]]).astype(np.intp)


class Learnt(PairScores):
    """Probability of being listed, by the model that did not see the metabolite.

    Parameters
    ----------
    material : Material
    fold : array of int, shape (n_metabolites,)
        `n_folds` for metabolites that no fold holds out.
    n_folds : int
    lines : dict of int to array of shape (3,)
        Of each fold's model: intercept, and the slope of either feature.
    """

    _little = 0.0  # a probability of 1e-15 is more than one of 1e-16

    def __init__(
        self,
        names: tuple[pd.Index, pd.Index],
        material: Material,
        fold: NDArray[np.intp],
        n_folds: int,
        lines: dict[int, Array],
    ) -> None:
        self.names, self.material, self.fold, self.n_folds, self.lines = names, material, fold, n_folds, lines

    def rows(self, metabolites: slice) -> Array:
        """Compute the scores (n_metabolites of the slice, n_genes) of some metabolites with all genes."""
        start, stop, _ = metabolites.indices(self.shape[1])
        scores = self.material.scores
        below = np.full((stop - start, 1), NO_SCORE) if scores is None else scores.rows(metabolites)
        return np.stack([self._probability(m, below[m - start]) for m in range(start, stop)])

    def _at(self, genes: Places, metabolites: Places) -> Array:
        scores, found = self.material.scores, np.empty(len(genes))
        below = np.full(len(genes), NO_SCORE) if scores is None else scores.at(genes, metabolites)
        order = np.argsort(metabolites, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(metabolites[order])) + 1):
            if len(part):
                found[part] = self._probability(int(metabolites[part[0]]), below[part], genes[part])
        return found

    def _probability(self, metabolite: int, scores: Array, genes: Any = slice(None)) -> Array:
        """Apply the model of a metabolite's fold to the scores of some of its pairs."""
        fold = self.fold[metabolite]
        allowed = (self.fold != fold) | (self.fold == self.n_folds)
        is_known = self.material.is_known(metabolite, allowed)[genes]
        intercept, slope, step = self.lines[int(fold)]
        return expit(intercept + slope * np.log(scores + _LEAST) + step * is_known)


def learn_from_known(
    names: tuple[pd.Index, pd.Index],
    scores: PairScores | None,
    evidence: Any,
    listed: Any,
    *,
    least_overlap: float,
    kin: NDArray[np.intp] | None = None,
    n_folds: int,
    rng: np.random.Generator,
) -> Learnt | None:
    """Score every pair by logistic regression on the known pairs of other metabolites.

    Two features: the logarithm of the pair's score, and whether the gene is
    known to act on any metabolite of another family.

    Parameters
    ----------
    names : pair of Index
        Genes and metabolites.
    scores : PairScores, or None
        Of the graph network, ≥ 0; None leaves the known pairs alone.
    evidence, listed : array of bool, sparse or not, shape (n_genes, n_metabolites)
        Prior pairs that supervise, and all that are listed (transport and
        currency among them), which are no negatives.
    least_overlap, kin
        As in `families`, whose metabolites are held out together.
    n_folds : int
    rng : Generator

    Returns
    -------
    Learnt
        Probability of being listed, with the genes that are not listed as
        negatives: not of a link, which may be real and unknown, and not
        calibrated on any other list. Metabolites with prior pairs are scored out of
        fold, the others by all prior pairs. None where the metabolites of some
        fold have no others to learn from: probabilities would stand beside scores.
    """
    evidence, listed = csc_array(evidence), csc_array(listed)
    family = families(listed, least_overlap, kin)
    fold = metabolite_folds(family, listed.sum(axis=0) > 0, n_folds, rng)
    material = Material(scores, evidence, listed, family)
    # A seed for each model and teacher: what one draws does not depend on the known pairs of another.
    seeds = rng.integers(2**32, size=(n_folds + 1, len(family)))
    lines = {}
    for part in np.unique(fold).tolist():
        parts = list(material.examples((fold != part) | (fold == n_folds), seeds[part]))
        if not parts:
            return None
        lines[part] = _line(*(np.concatenate(values) for values in zip(*parts, strict=True)))
    return Learnt(names, material, fold, n_folds, lines)


def _line(X: Array, y: NDArray[np.bool_], weight: Array) -> Array:
    """Fit a logistic regression; return its intercept and slopes for the features as they are."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    model.fit(X, y, logisticregression__sample_weight=weight)
    scale, regression = model[0], model[1]
    slopes = regression.coef_[0] / scale.scale_
    return np.array([regression.intercept_[0] - slopes @ scale.mean_, *slopes])
