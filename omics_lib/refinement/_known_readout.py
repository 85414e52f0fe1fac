"""Learn from known pairs of other metabolites how much a score counts, and a gene that is known elsewhere.

Whole families of metabolites are held out, with all that runs through them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .._joined import Array

_N_NEGATIVES = 1000
_LEAST = 1e-3
NO_SCORE = 1 - _LEAST  # says nothing of any pair: its feature is 0 throughout


def families(
    listed: NDArray[np.bool_], least_overlap: float, kin: NDArray[np.intp] | None = None
) -> NDArray[np.intp]:
    """Number the metabolites so that those which share their genes share a number.

    Parameters
    ----------
    listed : array of bool, shape (n_genes, n_metabolites)
        Prior pairs.
    least_overlap : float
        Two metabolites are kin if the genes that both are listed with are at
        least this share of those that either is listed with; kin of kin are one family.
    kin : array of int, shape (2, n), optional
        Pairs of metabolites that are kin in any case.
    """
    counts = listed.astype(np.float64)
    both = counts.T @ counts
    size = counts.sum(axis=0)
    either = np.maximum(size[:, None] + size[None] - both, 1)
    related = both / either >= least_overlap
    if kin is not None:
        related[kin[0], kin[1]] = True
    return connected_components(coo_array(related), directed=False)[1]


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
    """What can be learnt from: scores and prior pairs (n_genes, n_metabolites), and metabolites' families."""

    scores: Array
    evidence: NDArray[np.bool_]
    listed: NDArray[np.bool_]
    family: NDArray[np.intp]

    def features(self, metabolite: int, allowed: NDArray[np.bool_]) -> Array:
        """Return features (n_genes, 2) of all pairs of one metabolite, from prior pairs of `allowed` ones.

        Neither its own prior pairs nor those of its family count.
        """
        others = allowed & (self.family != self.family[metabolite])
        is_known = self.evidence[:, others].any(axis=1)
        return np.column_stack([np.log(self.scores[:, metabolite] + _LEAST), is_known])

    def examples(
        self, allowed: NDArray[np.bool_], seeds: NDArray[np.int64]
    ) -> Iterator[tuple[Array, NDArray[np.bool_], Array]]:
        """Yield features, labels and weights of the pairs of each metabolite that teaches.

        Its evidence stands against genes that are not listed with it, of which few stand for all.
        """
        for metabolite in np.flatnonzero(allowed & self.evidence.any(axis=0)).tolist():
            positive = np.flatnonzero(self.evidence[:, metabolite])
            negative = np.flatnonzero(~self.listed[:, metabolite])
            drawn = np.random.default_rng(seeds[metabolite]).permutation(negative)[:_N_NEGATIVES]
            if not len(drawn):
                continue
            rows = np.concatenate([positive, drawn])
            is_positive = np.arange(len(rows)) < len(positive)
            weight = np.where(is_positive, 1.0, len(negative) / len(drawn))
            yield self.features(metabolite, allowed)[rows], is_positive, weight


def learn_from_known(
    scores: Array,
    evidence: NDArray[np.bool_],
    listed: NDArray[np.bool_],
    *,
    least_overlap: float,
    kin: NDArray[np.intp] | None = None,
    n_folds: int,
    rng: np.random.Generator,
) -> Array | None:
    """Score every pair by logistic regression on the known pairs of other metabolites.

    Two features: the logarithm of the pair's score, and whether the gene is
    known to act on any metabolite of another family.

    Parameters
    ----------
    scores : array of shape (n_genes, n_metabolites)
        Of the graph network, ≥ 0.
    evidence, listed : array of bool, shape (n_genes, n_metabolites)
        Prior pairs that supervise, and all that are listed (transport and
        currency among them), which are no negatives.
    least_overlap, kin
        As in `families`, whose metabolites are held out together.
    n_folds : int
    rng : Generator

    Returns
    -------
    ndarray of shape (n_genes, n_metabolites)
        Probability of being listed, with the genes that are not listed as
        negatives: not of a link, which may be real and unknown, and not
        calibrated on any other list. Metabolites with prior pairs are scored out of
        fold, the others by all prior pairs. None where the metabolites of some
        fold have no others to learn from: probabilities would stand beside scores.
    """
    family = families(listed, least_overlap, kin)
    fold = metabolite_folds(family, np.any(listed, axis=0), n_folds, rng)
    material = Material(scores, evidence, listed, family)
    # A seed for each model and teacher: what one draws does not depend on the known pairs of another.
    seeds = rng.integers(2**32, size=(n_folds + 1, len(family)))
    result = np.zeros(scores.shape)
    for part in np.unique(fold):
        allowed = (fold != part) | (fold == n_folds)
        parts = list(material.examples(allowed, seeds[part]))
        if not parts:
            return None
        X, y, weight = (np.concatenate(values) for values in zip(*parts, strict=True))
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
        model.fit(X, y, logisticregression__sample_weight=weight)
        for metabolite in np.flatnonzero(fold == part).tolist():
            result[:, metabolite] = model.predict_proba(material.features(metabolite, allowed))[:, 1]
    return result
