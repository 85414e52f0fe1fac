"""What does a cohort lend to the list of pairs? One real study, split into a cohort, a study and a judge.

    python benchmarks/cohort.py --study FOLDER --covariates tissue            ten draws, three minutes
    python benchmarks/cohort.py --study FOLDER --covariates tissue --store    kept in evidence/cohort

In each draw 200 samples are the cohort, 21 or 50 the study, and the others judge: a declared pair is
replicated where its correlation among them has the same sign and p ≤ 0.05. The covariates are regressed out
in all three, or nothing is. Beside plain Benjamini and Hochberg stand the weights of this cohort, and those
of the same one with the names of its genes shuffled, which says nothing true.

The second table asks for errors. In each of 20 draws the study's metabolites are permuted ten times over its
samples, so that every declared pair is false; `any` is the share of the 200 permutations that declare one,
with its 95% interval (Wilson). The interval presumes that the 200 are independent and have one rate. The ten
of a draw share its study and its cohort, and all draws the lines they are drawn from: where studies differ in
their rate it is too short, and it says nothing of lines other than these.

The rule behind the weights was chosen on draws from 1,000 on; the draws here start at 0.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

import omics_lib as ol

ROOT = Path(__file__).resolve().parent.parent
N_COHORT, SIZES, ALPHA = 200, (21, 50), 0.05
N_NULL_DRAWS, N_PERMUTATIONS = 20, 10  # of each of these draws
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


def split_rows(everything: Tables, case: tuple[int, int]) -> list[tuple[Any, ...]]:
    """Return found and replicated pairs of one draw, a row a way to weigh and a null."""
    n, seed = case
    cohort, (genes, metabolites, held), judge = draw(everything, seed, n)
    rows = []
    for name, weights in weights_of(cohort, seed).items():
        for null in ("exact", "t"):
            options = {"covariates": held, "null": null, "alpha": ALPHA, "weights": weights, "n_jobs": 1}
            found = ol.associate(genes, metabolites, **options)
            rows.append((n, seed, null, name, found.n_significant, replicated(found.pairs, judge)))
    return rows


def null_rows(everything: Tables, case: tuple[int, int]) -> list[tuple[Any, ...]]:
    """Return how many permutations of one draw's study declare a pair, a row a way to weigh."""
    n, seed = case
    cohort, (genes, metabolites, held), _ = draw(everything, seed, n)
    permuted = {"n_permutations": N_PERMUTATIONS, "random_state": seed}
    rows = []
    for name, weights in weights_of(cohort, seed).items():
        options = {"covariates": held, "alpha": ALPHA, "weights": weights, "n_jobs": 1} | permuted
        found = ol.associate(genes, metabolites, **options).null
        rows.append((n, name, len(found), int((found["n_significant"] > 0).sum())))
    return rows


def with_intervals(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return the share of permutations that declare a pair, over all draws, and its interval."""
    keys = ["regressed_out", "samples", "weights"]
    table = pd.DataFrame(rows, columns=[*keys, "permutations", "wrong"])
    summed = table.groupby(keys, sort=False).agg(
        draws=("wrong", "size"), permutations=("permutations", "sum"), wrong=("wrong", "sum")
    )
    intervals = [
        binomtest(row.wrong, row.permutations).proportion_ci(method="wilson") for row in summed.itertuples()
    ]
    summed["any"] = summed.pop("wrong") / summed["permutations"]
    summed[["any_low", "any_high"]] = [(interval.low, interval.high) for interval in intervals]
    return summed.reset_index()


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
    parser.add_argument("--cores", type=int, default=2, metavar="N")
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/cohort")
    chosen = parser.parse_args()
    splits, nulls = [], []
    with ProcessPoolExecutor(chosen.cores) as pool:
        for columns in ([], chosen.covariates) if chosen.covariates else ([],):
            everything, removed = read(chosen.study, columns), " + ".join(columns) or "nothing"
            for kept, rows_of, draws in (
                (splits, split_rows, chosen.draws),
                (nulls, null_rows, N_NULL_DRAWS),
            ):
                found = pool.map(partial(rows_of, everything), product(SIZES, range(draws)))
                kept += [(removed, *row) for rows in found for row in rows]
    names = ["regressed_out", "samples", "draw", "null", "weights", "declared", "replicated"]
    table = pd.DataFrame(splits, columns=names)
    tables = {"splits": table, "permuted": with_intervals(nulls)}
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
        settings["permuted_draws"] = N_NULL_DRAWS
        ol.write_evidence("cohort", tables, script=script, command=command, settings=settings)


if __name__ == "__main__":
    main()
