"""Do the error rates hold? Simulated studies of which all truth is known.

    python benchmarks/error_rates.py                       200 studies a design, eight minutes on two cores
    python benchmarks/error_rates.py --studies 20          a first look
    python benchmarks/error_rates.py --store               100 a design, kept for the book: `make error-rates`

A declared pair is false if it is independent given the covariates, not merely if
it is not a planted one. `fdr` is the mean over studies of the share of declared
pairs that are false, `any` the share of studies with a false pair, each with its
95% interval over the studies; `power` is the share of all dependent pairs declared,
`planted` that of the planted pairs. The second table asks of studies without any true pair which share
of their p-values lies at or below a level, again with the interval over the studies: pairs of one study
are not independent. The third table gives pairs the weights of a cohort of 100 samples: `matched`, samples
of the same kind, its batch not regressed out; `shuffled`, the same with its genes' names exchanged; `other`,
a study of other modules. Error rates must hold with any of them, and power fall with the last two at most.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import binomtest

import omics_lib as ol
from omics_lib.correlation import null_for

ROOT = Path(__file__).resolve().parent.parent
ALPHA = 0.05
LEVELS = (0.5, 0.1, 0.01, 1e-3, 1e-4, 1e-5)
KINDS = {"transcriptomics": "counts", "metabolomics": "abundance"}


@dataclass(frozen=True)
class Rule:
    """A way to declare pairs."""

    name: str
    options: dict[str, Any]
    column: str = "q"
    given: tuple[str, ...] = ()  # what it holds constant
    batch: str = ""  # passed as `covariates` or as `groups`
    cohort: str = ""  # where weights come from


EXACT = Rule("BH, exact null", {})
RULES = [
    EXACT,
    Rule("BH, Student's t", {"null": "t"}),
    Rule("BY, exact null", {"correction": "by"}),
    Rule("permutations, pooled", {"n_permutations": 199}, "q_pooled"),
    Rule("permutations, strongest", {"n_permutations": 199}, "p_family"),
]
BATCH = [
    Rule("batch ignored", {}, given=("batch",)),
    Rule("batch as covariate", {}, given=("batch",), batch="covariates"),
    Rule("batch as groups", {"n_permutations": 199}, given=("batch",), batch="groups"),
    Rule("batch as groups, strongest", {"n_permutations": 199}, "p_family", ("batch",), "groups"),
]
WEIGHED = [
    EXACT,
    *(
        Rule(f"weights, {cohort} cohort", {}, "q_weighted", cohort=cohort)
        for cohort in ("matched", "shuffled", "other")
    ),
    Rule("weights, shuffled cohort, Student's t", {"null": "t"}, "q_weighted", cohort="shuffled"),
]
WEIGHED_BATCH = [
    replace(rule, name=f"{rule.name}, {cohort} cohort", column="q_weighted", cohort=cohort)
    for rule in BATCH[1:3]
    for cohort in ("matched", "other")
]
COHORT_DESIGNS = {"modules": WEIGHED, "links": WEIGHED, "null": WEIGHED, "confounded": WEIGHED_BATCH}
N_COHORT = 100
DESIGNS = {"modules": RULES, "links": RULES, "nonlinear": RULES, "null": RULES, "confounded": BATCH}


def declared(rule: Rule, genes, metabolites, study, seed: int, weights: dict[str, Any]) -> pd.DataFrame:
    """Return the pairs that a rule declares."""
    options = rule.options | ({"weights": weights[rule.cohort]} if rule.cohort else {})
    if rule.batch == "covariates":
        options["covariates"] = study.obs[["batch"]]
    if rule.batch == "groups":
        options["groups"] = study.obs["batch"]
    # Permutations may declare what the formula does not: take everything that either could.
    alpha = ALPHA if rule.column in ("q", "q_weighted") else 0.9
    found = ol.associate(
        genes,
        metabolites,
        alpha=alpha,
        random_state=seed,
        max_pairs=genes.shape[1] * metabolites.shape[1],
        **options,
    )
    return found.pairs[found.pairs[rule.column] <= ALPHA]


def tables_of(
    design: str, seed: int, size: tuple[int, int, int], strength: float
) -> tuple[Any, pd.DataFrame, pd.DataFrame]:
    """Draw a study, and preprocess it as the book does."""
    study = ol.simulate_study(*size, design=design, strength=strength, random_state=seed)
    return study, *preprocessed(study)


def preprocessed(study: Any) -> list[pd.DataFrame]:
    """Return genes and metabolites as the book has them."""
    data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in KINDS.items()})
    return [ol.preprocessed_table(data, name) for name in KINDS]


def tables_and_weights(
    design: str, seed: int, size: tuple[int, int, int], strength: float
) -> tuple[Any, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Draw a study and more samples of its kind; return the study, and weights by cohort."""
    n, *features = size
    options = {"strength": strength, "random_state": seed}
    both = ol.simulate_study(n + N_COHORT, *features, design=design, **options)
    genes, metabolites = preprocessed(both[n:].copy())
    names = np.random.default_rng(seed).permutation(genes.columns)
    other = ol.simulate_study(
        N_COHORT, *features, design="modules", strength=strength, random_state=seed + 10**6
    )
    cohorts = {
        "matched": (genes, metabolites),
        "shuffled": (genes.set_axis(names, axis=1), metabolites),
        "other": [table.add_prefix("other_", axis=0) for table in preprocessed(other)],
    }
    study = both[:n].copy()
    return study, *preprocessed(study), {name: ol.cohort_weights(*c) for name, c in cohorts.items()}


def shares(design: str, seed: int, size: tuple[int, int, int], strength: float) -> list[float]:
    """Return which share of the p-values of a study without true pairs is at or below each level."""
    study, genes, metabolites = tables_of(design, seed, size, strength)
    held = study.obs[["batch"]] if design == "confounded" else None
    profiles = ol.Profiles.of(genes, metabolites, covariates=held)
    null = null_for("spearman", "exact", profiles.degrees_of_freedom)
    p = null.p(np.abs(profiles.unit_left.T @ profiles.unit_right).ravel())
    return [float((p <= level).mean()) for level in LEVELS]


def one_study(
    design: str, seed: int, size: tuple[int, int, int], strength: float, weighed: bool = False
) -> list[tuple[Any, ...]]:
    """Score every rule on one study."""
    if weighed:
        study, genes, metabolites, weights = tables_and_weights(design, seed, size, strength)
    else:
        (study, genes, metabolites), weights = tables_of(design, seed, size, strength), {}
    planted = study.uns.get("known_pairs")
    rows = []
    for rule in (COHORT_DESIGNS if weighed else DESIGNS)[design]:
        truth = ol.dependent_pairs(study, rule.given)
        pairs = declared(rule, genes, metabolites, study, seed, weights)
        places = truth.index.get_indexer(pairs["gene"]), truth.columns.get_indexer(pairs["metabolite"])
        true = int(truth.to_numpy()[places].sum())
        n_planted = 0 if planted is None else len(planted)
        both = 0
        if n_planted:
            known = pd.MultiIndex.from_frame(planted[["gene_id", "metabolite_id"]])
            both = int(pd.MultiIndex.from_frame(pairs[["gene", "metabolite"]]).isin(known).sum())
        n_true = int(truth.to_numpy().sum())
        rows.append(
            (
                rule.name,
                len(pairs),
                (len(pairs) - true) / max(1, len(pairs)),
                len(pairs) > true,
                true / n_true if n_true else np.nan,
                both / n_planted if n_planted else np.nan,
            )
        )
    return rows


def interval(values: pd.Series) -> tuple[float, float, float]:
    """Return mean and 95% interval over the studies."""
    mean, error = values.mean(), values.std() / np.sqrt(len(values))
    return mean, max(0.0, mean - 1.96 * error), min(1.0, mean + 1.96 * error)


def rate_table(design: str, results: pd.DataFrame) -> pd.DataFrame:
    """Average over the studies, rule by rule."""
    rows = []
    for rule, found in results.groupby("rule", sort=False):
        wrong = binomtest(int(found["false"].sum()), len(found))
        wilson = wrong.proportion_ci(method="wilson")
        row = {"design": design, "rule": rule, "studies": len(found), "declared": found["declared"].mean()}
        row |= dict(zip(("fdr", "fdr_low", "fdr_high"), interval(found["fdp"]), strict=True))
        if wrong.statistic == 0:  # no interval over zeros, but the share cannot be larger than `any`
            row["fdr_high"] = wilson.high
        row |= {"any": wrong.statistic, "any_low": wilson.low, "any_high": wilson.high}
        rows.append(row | {name: found[name].mean() for name in ("power", "planted")})
    return pd.DataFrame(rows)


def calibration_table(design: str, found: list[list[float]]) -> pd.DataFrame:
    """Average the shares of p-values over the studies, level by level."""
    rows = [
        (design, len(found), level, *interval(pd.Series(values)))
        for level, values in zip(LEVELS, zip(*found, strict=True), strict=True)
    ]
    return pd.DataFrame(rows, columns=["design", "studies", "level", "share", "low", "high"])


def measured(chosen: argparse.Namespace) -> dict[str, pd.DataFrame]:
    """Simulate and score all studies, in parallel."""
    seeds = range(chosen.first, chosen.first + chosen.studies)
    shape = tuple(chosen.size), chosen.strength
    columns = ["rule", "declared", "fdp", "false", "power", "planted"]
    rates, calibration, cohorts = [], [], []
    for design in chosen.designs:
        start = time.monotonic()
        found = Parallel(n_jobs=-1)(delayed(one_study)(design, seed, *shape) for seed in seeds)
        rates.append(
            rate_table(design, pd.DataFrame([row for rows in found for row in rows], columns=columns))
        )
        if design in ("null", "confounded"):
            found = Parallel(n_jobs=-1)(delayed(shares)(design, seed, *shape) for seed in seeds)
            calibration.append(calibration_table(design, found))
        if design in COHORT_DESIGNS:
            found = Parallel(n_jobs=-1)(delayed(one_study)(design, seed, *shape, True) for seed in seeds)
            results = pd.DataFrame([row for rows in found for row in rows], columns=columns)
            cohorts.append(rate_table(design, results))
        print(f"{design}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    tables = {"rates": rates, "calibration": calibration, "cohorts": cohorts}
    return {name: pd.concat(parts) for name, parts in tables.items() if parts}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, help="default: 200; with --store 100")
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=list(DESIGNS))
    parser.add_argument("--size", nargs=3, type=int, default=(21, 1000, 100), metavar="N")
    parser.add_argument("--strength", type=float, default=0.9, help="of the modules")
    parser.add_argument("--first", type=int, default=10_000, help="first seed")
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/error_rates")
    chosen = parser.parse_args()
    chosen.studies = chosen.studies or (100 if chosen.store else 200)
    tables = measured(chosen)
    size = " × ".join(f"{n:,}" for n in chosen.size)
    print(f"\n{chosen.studies} studies of {size} (samples, genes, metabolites); nominal {ALPHA:g}\n")
    for table in tables.values():
        print(table.to_string(index=False, float_format="{:.4g}".format, na_rep="–"))
    if chosen.store:
        settings = {"alpha": ALPHA, "n_studies": chosen.studies, "first_seed": chosen.first}
        settings |= dict(zip(("n_samples", "n_genes", "n_metabolites"), chosen.size, strict=True))
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        settings |= {"strength": chosen.strength, "n_cohort": N_COHORT}
        ol.write_evidence("error_rates", tables, script=script, command="make error-rates", settings=settings)


if __name__ == "__main__":
    main()
