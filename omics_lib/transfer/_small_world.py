"""What cohorts lend in a small world whose truth is known, to studies of several sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from mudata import MuData
from sklearn.pipeline import Pipeline

from ..associations import associate
from ..autoencoder import cohort_axes
from ..correlation import PairWeights, Profiles, cohort_weights
from ..evaluation import evaluate_ranking
from ..preprocess import preprocess_study, preprocessed_table, preprocessor
from ..study import dependent_pairs, simulate_study
from ._lent import NONE, Lent, lent_agreement, lent_axes
from ._rankings import cohort_rankings

# Of the simulated world; the groups that shift half of all features are regressed out everywhere.
_GENES, _METABOLITES, _GROUPS = 600, 80, ["tissue"]
_N_COHORT, _N_HELD_OUT = 200, 100


@dataclass(frozen=True)
class _Source:
    genes: pd.DataFrame
    metabolites: pd.DataFrame
    held: pd.DataFrame
    log_counts: pd.DataFrame  # of the genes, before they are z-scored

    @property
    def profiles(self) -> Profiles:
        return Profiles.of(self.genes, self.metabolites, covariates=self.held)


def lent_in_a_small_world(
    sizes: Sequence[int] = (21, 50, 100, 200), alpha: float = 0.05, random_state: int | None = None
) -> Lent:
    """Draw studies and cohorts from one simulated world, and see what the one lends the other.

    Parameters
    ----------
    sizes : sequence of int
        Samples of the studies; each holds the smaller ones.
    alpha : float
        False discovery rate.
    random_state : int, optional
        Seed of the world and of the draws.

    Returns
    -------
    Lent
        Beside no cohort stand 200 samples of the same world, the same with the names of the genes shuffled,
        and 200 samples of another world with the same names.

    Notes
    -----
    The world is the design `tissues` of `simulate_study`: modules, links of one gene to one metabolite, and
    four tissues, which are regressed out of pairs and rankings.
    """
    rng = np.random.default_rng(random_state)
    seeds = rng.integers(2**31, size=2)
    n = _N_COHORT + max(sizes) + _N_HELD_OUT
    world, other = (
        simulate_study(k, _GENES, _METABOLITES, "tissues", random_state=int(seed))
        for k, seed in zip((n, _N_COHORT), seeds, strict=True)
    )
    rows = rng.permutation(n)
    lender, rest = _source(world[rows[:_N_COHORT]].copy()), world[rows[_N_COHORT:]].copy()
    lenders = {
        "same world": lender,
        "names shuffled": _renamed(lender, rng),
        "another world": _strangers(_source(other)),
    }
    axes = {name: cohort_axes(each.log_counts) for name, each in lenders.items()}
    weights = {
        name: cohort_weights(each.genes, each.metabolites, covariates=each.held)
        for name, each in lenders.items()
    }
    dependent, links = dependent_pairs(world, given=_GROUPS), _links(world)
    held_out = rest[max(sizes) :]["transcriptomics"].to_df()
    profiles, tables = {name: each.profiles for name, each in weights.items()}, list[list[pd.DataFrame]]()
    for size in sizes:
        samples = rest[:size].copy()
        study, counts = _source(samples), samples["transcriptomics"].to_df()
        parts = (
            lent_axes(_steps()["transcriptomics"], counts, held_out, axes),
            _pairs(study, weights, alpha, dependent),
            _mrr(study, lender, links),
            lent_agreement(study.profiles, profiles, random_state),
        )
        tables.append([table.assign(samples=size) for table in parts])
    return Lent(*(pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True)))


def _steps() -> dict[str, Pipeline]:
    genes = preprocessor("counts", min_detected=0.5, normalise="median_of_ratios")
    return {"transcriptomics": genes, "metabolomics": preprocessor("abundance", log=True)}


def _source(samples: MuData) -> _Source:
    """Preprocess samples by themselves."""
    steps = _steps()
    data = preprocess_study(samples, steps)
    genes, metabolites = (preprocessed_table(data, name) for name in steps)
    log_counts = steps["transcriptomics"][:-1].transform(samples["transcriptomics"].to_df())
    log_counts = pd.DataFrame(log_counts, genes.index, steps["transcriptomics"].get_feature_names_out())
    return _Source(genes, metabolites, samples.obs[_GROUPS], log_counts)


def _renamed(source: _Source, rng: np.random.Generator) -> _Source:
    """Give the genes each other's names."""
    names = rng.permutation(source.genes.columns)
    return replace(
        source,
        genes=source.genes.set_axis(names, axis=1),
        log_counts=source.log_counts.set_axis(names, axis=1),
    )


def _strangers(source: _Source) -> _Source:
    """Give the samples names of their own: every simulated study calls them alike."""
    tables = {table.name: getattr(source, table.name) for table in fields(source)}
    return replace(source, **{name: table.rename(index="other_{}".format) for name, table in tables.items()})


def _links(world: MuData) -> pd.DataFrame:
    known = world.uns["known_pairs"]
    return known[known["source"] == "link"].drop(columns="source")


def _pairs(
    study: _Source, weights: Mapping[str, PairWeights], alpha: float, dependent: pd.DataFrame
) -> pd.DataFrame:
    """Declare pairs with each cohort's weights."""
    rows = []
    for name, weight in {NONE: None, **weights}.items():
        found = associate(
            study.genes, study.metabolites, covariates=study.held, alpha=alpha, weights=weight
        ).pairs
        places = (
            dependent.index.get_indexer(found["gene"]),
            dependent.columns.get_indexer(found["metabolite"]),
        )
        true = int(dependent.to_numpy()[places].sum())
        false = 1 - true / len(found) if len(found) else 0.0
        rows.append((name, len(found), false, true / dependent.to_numpy().sum()))
    return pd.DataFrame(rows, columns=["cohort", "declared", "false", "power"])


def _mrr(study: _Source, lender: _Source, links: pd.DataFrame) -> pd.DataFrame:
    """Rank all pairs by the study, the cohort and both."""
    ranked = cohort_rankings(
        *(table for each in (study, lender) for table in (each.genes, each.metabolites)),
        covariates=study.held,
        cohort_covariates=lender.held,
    )
    asked = {"n_permutations": 0, "n_bootstrap": 0}
    rows = [(name, evaluate_ranking(each.scores, links, **asked)["mrr"]) for name, each in ranked.items()]
    return pd.DataFrame(rows, columns=["ranking", "mrr"])
