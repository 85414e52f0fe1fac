"""What does a cohort lend to the list of pairs? One real study, split into a cohort, a study and a judge.

    python benchmarks/cohort.py --study FOLDER --covariates tissue            ten draws, three minutes
    python benchmarks/cohort.py --study FOLDER --covariates tissue --store    kept in evidence/cohort

In each draw 200 samples are the cohort, 21 or 50 the study, and the others judge: a declared pair is
replicated where its correlation among them has the same sign and p ≤ 0.05. The covariates are regressed out
in all three, or nothing is. Beside plain Benjamini and Hochberg stand the weights of this cohort, and those
of the same one with the names of its genes shuffled, which says nothing true.

The second table asks for errors: the metabolites of the first draw's study are permuted 200 times over its
samples, so that every declared pair is false; `any` is the share of permutations that declare one, with its
95% interval (Wilson).

The rule behind the weights was chosen on draws from 1,000 on; the draws here start at 0.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

import omics_lib as ol

ROOT = Path(__file__).resolve().parent.parent
N_COHORT, SIZES, ALPHA, N_PERMUTED = 200, (21, 50), 0.05, 200
KINDS = {"transcriptomics_kind": "log", "metabolomics_kind": "log"}

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]


def draw(everything: Tables, seed: int, n: int) -> tuple[Tables, Tables, Tables]:
    """Split the samples into cohort, study and judge."""
    samples = np.random.default_rng(seed).permutation(everything[0].index)
    parts = np.split(samples, [N_COHORT, N_COHORT + n])
    return tuple(tuple(None if t is None else t.loc[part] for t in everything) for part in parts)


def shuffled_names(genes: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Give the genes each other's names."""
    return genes.set_axis(np.random.default_rng(seed).permutation(genes.columns), axis=1)


def weights_of(cohort: Tables, seed: int) -> dict[str, ol.PairWeights | None]:
    """Return nothing, the weights of a cohort, and those of one that misleads."""
    genes, metabolites, held = cohort
    return {
        "none": None,
        "cohort": ol.cohort_weights(genes, metabolites, covariates=held),
        "shuffled": ol.cohort_weights(shuffled_names(genes, seed), metabolites, covariates=held),
    }


def replicated(pairs: pd.DataFrame, judge: Tables) -> float:
    """Return the share of pairs that the judge has with the same sign, p ≤ 0.05."""
    if pairs.empty:
        return np.nan
    genes, metabolites, held = judge
    rho = ol.rho_of_pairs(pairs, genes, metabolites, covariates=held)
    df = ol.residual_degrees_of_freedom(len(genes), held)
    bar = ol.bonferroni_limits(1, df, ALPHA).set_index("null").loc["exact", "abs_rho"]
    return float(((np.sign(rho) == np.sign(pairs["rho"])) & (rho.abs() >= bar)).mean())


def split_rows(everything: Tables, seed: int, n: int) -> list[tuple[Any, ...]]:
    """Return found and replicated pairs of one draw, a row a way to weigh and a null."""
    cohort, (genes, metabolites, held), judge = draw(everything, seed, n)
    rows = []
    for name, weights in weights_of(cohort, seed).items():
        for null in ("exact", "t"):
            found = ol.associate(genes, metabolites, covariates=held, null=null, alpha=ALPHA, weights=weights)
            rows.append((n, seed, null, name, found.n_significant, replicated(found.pairs, judge)))
    return rows


def null_rows(everything: Tables, n: int) -> list[tuple[Any, ...]]:
    """Return how often permutations of one study declare a pair."""
    cohort, (genes, metabolites, held), _ = draw(everything, 0, n)
    rows = []
    for name, weights in weights_of(cohort, 0).items():
        found = ol.associate(
            genes,
            metabolites,
            covariates=held,
            alpha=ALPHA,
            weights=weights,
            n_permutations=N_PERMUTED,
            random_state=0,
        )
        wrong = binomtest(int((found.null["n_significant"] > 0).sum()), N_PERMUTED)
        interval = wrong.proportion_ci(method="wilson")
        rows.append((n, name, N_PERMUTED, wrong.statistic, interval.low, interval.high))
    return rows


def read(folder: Path, covariates: list[str]) -> Tables:
    """Return both tables, preprocessed, and what is regressed out."""
    parameters = ol.default_parameters() | KINDS
    study = ol.read_study(folder, parameters)
    data = ol.preprocess_study(study, {name: ol.preprocessor_for(name, parameters) for name in ol.MODALITIES})
    genes, metabolites = (ol.preprocessed_table(data, name) for name in ol.MODALITIES)
    return genes, metabolites, study.obs[covariates] if covariates else None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", type=Path, required=True, metavar="FOLDER", help="values on a log scale")
    parser.add_argument("--covariates", nargs="+", default=[], metavar="COLUMN")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/cohort")
    chosen = parser.parse_args()
    splits, nulls = [], []
    for columns in ([], chosen.covariates) if chosen.covariates else ([],):
        everything, removed = read(chosen.study, columns), " + ".join(columns) or "nothing"
        for n in SIZES:
            for seed in range(chosen.draws):
                splits += [(removed, *row) for row in split_rows(everything, seed, n)]
            nulls += [(removed, *row) for row in null_rows(everything, n)]
    names = ["regressed_out", "samples", "draw", "null", "weights", "declared", "replicated"]
    table = pd.DataFrame(splits, columns=names)
    names = ["regressed_out", "samples", "weights", "permutations", "any", "any_low", "any_high"]
    tables = {"splits": table, "permuted": pd.DataFrame(nulls, columns=names)}
    means = table.groupby(["regressed_out", "samples", "null", "weights"], sort=False)
    summary = means.agg(
        declared=("declared", "mean"), median=("declared", "median"), replicated=("replicated", "mean")
    )
    for shown in (summary.reset_index(), tables["permuted"]):
        print(shown.to_string(index=False, float_format="{:.3g}".format, na_rep="–"), "\n")
    if chosen.store:
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        command = (
            f"python {script} --study {chosen.study.name} --covariates {' '.join(chosen.covariates)} --store"
        )
        settings = {"study": chosen.study.name, "n_cohort": N_COHORT, "alpha": ALPHA, "draws": chosen.draws}
        ol.write_evidence("cohort", tables, script=script, command=command, settings=settings)


if __name__ == "__main__":
    main()
