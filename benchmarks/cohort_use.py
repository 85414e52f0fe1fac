"""Ask whether the two warnings about a cohort are right, and what a study adds to its ranking of pairs.

    python benchmarks/cohort_use.py --study FOLDER
    python benchmarks/cohort_use.py --store          keeps the tables in evidence/cohort_use

Cell lines are drawn as the study and the cohort as in cohort_axes.py; `contaminated` is the matched cohort
with the names of half of its genes and metabolites shuffled. A verdict is right where it says yes and the
cohort adds more than .005 to the held-out R² of the study's genes (8 latents), or no and it does not.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from cohort_axes import ROOT, draw

import omics_lib as ol

N_LATENT, LEAST = 8, 0.005
SIZES = (21, 50, 100)


def renamed(table: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Shuffle the names of a share of the features among themselves."""
    rng, names = np.random.default_rng(seed), table.columns.to_numpy().copy()
    chosen = rng.choice(len(names), round(share * len(names)), replace=False)
    names[chosen] = names[rng.permutation(chosen)]
    return table.set_axis(names, axis=1)


def one_verdict(
    study: list[pd.DataFrame], cohort: list[pd.DataFrame], held_out: pd.DataFrame, seed: int
) -> dict[str, float]:
    """Return the two statistics, and what the cohort is worth on samples that nothing has seen."""
    steps = ol.preprocessor("log").fit(study[0])
    axes = ol.cohort_axes(cohort[0]).in_units_of(steps)
    Z = [
        pd.DataFrame(ol.preprocessor("log").fit_transform(table), table.index, table.columns)
        for table in (*study, *cohort)
    ]
    use = ol.cohort_use(
        Z[0], Z[2], Z[1], Z[3], axes=axes, n_latent=N_LATENT, n_permutations=99, random_state=seed
    )
    test = steps.transform(held_out)
    r2 = []
    for share in (0.0, use.share or 0.25):
        model = ol.ShrunkPCA(N_LATENT, axes, share=share).fit(Z[0].to_numpy())
        r2.append(
            1 - np.square(test - model.inverse_transform(model.transform(test))).sum() / np.square(test).sum()
        )
    return {"share": use.share, "gain": use.gain, "r": use.r, "p": use.p, "alone": r2[0], "with": r2[1]}


def one_draw(folder: Path, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the verdicts and the rankings of one draw."""
    warnings.simplefilter("ignore")
    X, M = (
        pd.read_csv(folder / f"{name}.csv.gz", index_col="sample_id")
        for name in ("transcriptomics", "metabolomics")
    )
    tissue = pd.read_csv(folder / "samples.csv", index_col="sample_id")["tissue"][X.index]
    known = pd.read_csv(folder / "known_pairs.csv")
    M = M.loc[X.index]
    return pd.DataFrame(verdicts(X, M, tissue, seed)), pd.DataFrame(ranked(X, M, known, seed))


def verdicts(X: pd.DataFrame, M: pd.DataFrame, tissue: pd.Series, seed: int) -> Iterator[dict]:
    """Yield the verdict on each cohort of a draw."""
    for design, study, cohort, test in draw(tissue, seed):
        share = {"shuffled": 1.0}.get(design, 0.0)
        versions = {design: share} | ({"contaminated": 0.5} if design == "matched" else {})
        for name, part in versions.items():
            lent = [renamed(table.iloc[cohort], part, seed) for table in (X, M)]
            found = one_verdict([X.iloc[study], M.iloc[study]], lent, X.iloc[test], seed)
            yield {"design": name, "seed": seed} | found


def ranked(X: pd.DataFrame, M: pd.DataFrame, known: pd.DataFrame, seed: int) -> Iterator[dict]:
    """Yield how well enzymes are ranked by a study, a cohort and both, for studies of several sizes."""
    order = np.random.default_rng(seed).permutation(len(X))
    cohort = order[-200:]
    for n in SIZES:
        tables = (table.iloc[part] for part in (order[:n], cohort) for table in (X, M))
        for method, ranking in ol.cohort_rankings(*tables).items():
            found = ol.evaluate_ranking(ranking.scores, known, n_permutations=0, n_bootstrap=0)
            yield {
                "samples": n,
                "seed": seed,
                "method": method,
                "mrr": found["mrr"],
                "ap": found["average_precision"],
            }


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return how often each verdict is right."""
    of_use = (table["share"] > 0) & (table["p"] <= 0.01)
    helps = table["with"] - table["alone"] > LEAST
    named = table.assign(
        of_use=of_use,
        helps=helps,
        share_given=table["share"] > 0,
        agree=table["p"] <= 0.01,
    )
    named["right"] = named["of_use"] == named["helps"]
    columns = ["share_given", "agree", "of_use", "helps", "right", "p"]
    return named.groupby("design", sort=False)[columns].mean().reset_index()


def main() -> None:
    """Draw, ask, print, and keep the tables where that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, nargs="+", default=range(40, 60), metavar="N")
    parser.add_argument("--cores", type=int, default=2, metavar="N")
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/cohort_use")
    arguments = parser.parse_args()
    one = partial(one_draw, arguments.study)
    with ProcessPoolExecutor(arguments.cores) as pool:
        told, rankings = map(pd.concat, zip(*pool.map(one, arguments.seeds), strict=True))
    means = summary(told)
    print(means.round(3).to_string(index=False))
    print(rankings.groupby(["samples", "method"], sort=False)[["mrr", "ap"]].mean().round(4).to_string())
    if arguments.store:
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        settings = {"n_latent": N_LATENT, "seeds": list(arguments.seeds)}
        kept = {"verdicts": told, "means": means, "rankings": rankings}
        ol.write_evidence(
            "cohort_use",
            kept,
            script=script,
            command=f"python {script} --study {arguments.study.name} --store",
            settings=settings,
        )


if __name__ == "__main__":
    main()
