"""Do the error rates hold? Simulated studies of which all truth is known.

    python benchmarks/error_rates.py                       200 studies a design, eight minutes on two cores
    python benchmarks/error_rates.py --studies 20          a first look

A declared pair is false if it is independent given the covariates, not merely if
it is not a planted one. `fdr` is the mean over studies of the share of declared
pairs that are false, `any` the share of studies with a false pair, each with its
Monte Carlo standard error; `power` is the share of all dependent pairs declared,
`planted` that of the planted pairs.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import omics_lib as ol

ALPHA = 0.05
KINDS = {"transcriptomics": "counts", "metabolomics": "abundance"}


@dataclass(frozen=True)
class Rule:
    """A way to declare pairs."""

    name: str
    options: dict[str, Any]
    column: str = "q"
    given: tuple[str, ...] = ()  # what it holds constant
    batch: str = ""  # passed as `covariates` or as `groups`


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
DESIGNS = {"modules": RULES, "links": RULES, "nonlinear": RULES, "null": RULES, "confounded": BATCH}


def declared(rule: Rule, genes, metabolites, study, seed: int) -> pd.DataFrame:
    """Return the pairs that a rule declares."""
    options = dict(rule.options)
    if rule.batch == "covariates":
        options["covariates"] = study.obs[["batch"]]
    if rule.batch == "groups":
        options["groups"] = study.obs["batch"]
    # Permutations may declare what the formula does not: take everything that either could.
    alpha = ALPHA if rule.column == "q" else 0.9
    found = ol.associate(
        genes,
        metabolites,
        alpha=alpha,
        random_state=seed,
        max_pairs=genes.shape[1] * metabolites.shape[1],
        **options,
    )
    return found.pairs[found.pairs[rule.column] <= ALPHA]


def one_study(design: str, seed: int, size: tuple[int, int, int], strength: float) -> list[tuple[Any, ...]]:
    """Score every rule on one study."""
    study = ol.simulate_study(*size, design=design, strength=strength, random_state=seed)
    data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in KINDS.items()})
    genes, metabolites = (ol.preprocessed_table(data, name) for name in KINDS)
    planted = study.uns.get("known_pairs")
    rows = []
    for rule in DESIGNS[design]:
        truth = ol.dependent_pairs(study, rule.given)
        pairs = declared(rule, genes, metabolites, study, seed)
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


def summary(design: str, results: pd.DataFrame) -> pd.DataFrame:
    """Average over the studies, with Monte Carlo standard errors."""
    rows = []
    for rule, found in results.groupby("rule", sort=False):
        n = len(found)
        share = found["false"].mean()
        rows.append(
            (
                design,
                rule,
                found["declared"].mean(),
                f"{found['fdp'].mean():.3f} ± {found['fdp'].std() / np.sqrt(n):.3f}",
                f"{share:.3f} ± {np.sqrt(share * (1 - share) / n):.3f}",
                found["power"].mean(),
                found["planted"].mean(),
            )
        )
    return pd.DataFrame(rows, columns=["design", "rule", "declared", "fdr", "any", "power", "planted"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=list(DESIGNS))
    parser.add_argument("--size", nargs=3, type=int, default=(21, 1000, 100), metavar="N")
    parser.add_argument("--strength", type=float, default=0.9, help="of the modules")
    parser.add_argument("--first", type=int, default=10_000, help="first seed")
    chosen = parser.parse_args()
    tables = []
    for design in chosen.designs:
        start = time.monotonic()
        seeds = range(chosen.first, chosen.first + chosen.studies)
        found = Parallel(n_jobs=-1)(
            delayed(one_study)(design, seed, tuple(chosen.size), chosen.strength) for seed in seeds
        )
        columns = ["rule", "declared", "fdp", "false", "power", "planted"]
        tables.append(summary(design, pd.DataFrame([row for rows in found for row in rows], columns=columns)))
        print(f"{design}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    size = " × ".join(f"{n:,}" for n in chosen.size)
    print(f"\n{chosen.studies} studies of {size} (samples, genes, metabolites); nominal {ALPHA:g}\n")
    print(pd.concat(tables).to_string(index=False, float_format="{:.4g}".format, na_rep="–"))


if __name__ == "__main__":
    main()
