"""Ask whether the two warnings about a cohort are right, and what a study adds to its ranking of pairs.

    python benchmarks/cohort_use.py --study FOLDER --mice FOLDER --cells FOLDER
    python benchmarks/cohort_use.py … --store        keeps the tables in evidence/cohort_use

Cell lines are drawn as the study and the cohort as in cohort_axes.py; `contaminated` is the matched cohort
with the names of half of its genes and metabolites shuffled. A verdict is right where it says yes and the
cohort adds more than .005 to the held-out R² of the study's genes (8 latents), or no and it does not.

Another platform is simulated: of the matched cohort a third of the features is missing, and each of the
others is seen on a log scale between a background and a saturation of its own, with noise; what is read
correlates with what would be read without noise by .4 to 1 (.4 + .6 Beta(2, 2)). The noise is each feature's
own, or half of its variance is that of three factors that all share, as a batch would. z-scores alone are in
common with the study.

Another species: 21 of the 40 mice of `omics-book fetch nutrimouse`, the other 19 held out, and the human cell
lines of `omics-book fetch ccle`, all of them, as the cohort. Genes are joined by name in capitals, or, with
`synonyms`, by the symbol that the human gene has today (which also parts FAS, fatty acid synthase in these
mice, from the human gene of that name). There are no metabolites in the cohort: genes agree with genes.
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
from cohort_axes import N_STUDY, ROOT, draw

import omics_lib as ol

N_LATENT, LEAST = 8, 0.005
SIZES = (21, 50, 100)
# Of the noise, what all features share; of the names, what is shuffled.
PLATFORMS = {
    "another platform, simulated": (0.0, 0.0),
    "another platform, shuffled": (0.0, 1.0),
    "another platform, noise shared": (0.5, 0.0),
}
# What the paper on the mice calls genes that the cell lines have by their symbol of today.
CALLED = """
    FAS=FASN HMGCOARED=HMGCR MDR1=ABCB1 CMOAT=ABCC2 L.FABP=FABP1 AP2=FABP4 I.BABP=FABP6 APOA.I=APOA1
    C.FOS=FOS ACBP=DBI CACP=CRAT COX1=PTGS1 COX2=PTGS2 FAT=CD36 FDFT=FDFT1 LXRA=NR1H3 G6PDH=G6PD
    SHP1=NR0B2 OCTN2=SLC22A5 NGFIB=NR4A1 NURR1=NR4A2 MCAD=ACADM RXRG1=RXRG SR.BI=SCARB1 TRA=THRA
    TRB=THRB CHMGCOAS=HMGCS1 MHMGCOAS=HMGCS2 CYP24=CYP24A1 ADSS1=ADSSL1 BCL.3=BCL3 BIEN=EHHADH
    SIAT4C=ST3GAL4 LCE=ELOVL6 RARB2=RARB
"""
SYNONYMS = dict(pair.split("=") for pair in CALLED.split())


def in_human(gene: str) -> str:
    """Return the human symbol of a gene of the mice."""
    return SYNONYMS.get(gene.upper(), gene.upper())


def renamed(table: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Shuffle the names of a share of the features among themselves."""
    rng, names = np.random.default_rng(seed), table.columns.to_numpy().copy()
    chosen = rng.choice(len(names), round(share * len(names)), replace=False)
    names[chosen] = names[rng.permutation(chosen)]
    return table.set_axis(names, axis=1)


def measured_elsewhere(table: pd.DataFrame, shared: float, seed: int) -> pd.DataFrame:
    """Show features of cell lines as another platform might; `shared`: of the noise, by all features."""
    rng = np.random.default_rng(seed)
    truth = table.iloc[:, np.sort(rng.permutation(table.shape[1])[: round(2 / 3 * table.shape[1])])]
    truth = (truth - truth.mean()) / truth.std()
    floor, ceiling = rng.uniform(-4, 0, truth.shape[1]), rng.uniform(0, 4, truth.shape[1])
    seen = np.log(np.exp(floor) + 1 / (np.exp(-2 * truth) + np.exp(-ceiling)))
    reliability = 0.4 + 0.6 * rng.beta(2, 2, truth.shape[1])
    loadings = rng.normal(size=(3, truth.shape[1]))
    loadings /= np.linalg.norm(loadings, axis=0)
    factors, own = rng.normal(size=(len(truth), 3)), rng.normal(size=truth.shape)
    noise = np.sqrt(shared) * factors @ loadings + np.sqrt(1 - shared) * own
    return seen + noise * (seen.std() * np.sqrt(1 / reliability**2 - 1)).to_numpy()


def z_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Preprocess a table on a log scale."""
    return pd.DataFrame(ol.preprocessor("log").fit_transform(table), table.index, table.columns)


def one_verdict(
    study: list[pd.DataFrame],
    cohort: list[pd.DataFrame],
    held_out: pd.DataFrame,
    seed: int,
    comparable: bool = True,
) -> dict[str, float]:
    """Return the two statistics, and what the cohort is worth on samples that nothing has seen.

    Genes and metabolites of study and cohort, or genes alone; `comparable` as in `ol.cohort_axes`.
    """
    steps = ol.preprocessor("log").fit(study[0])
    axes = ol.cohort_axes(cohort[0], comparable=comparable).in_units_of(steps)
    Z = [z_scores(table) for pair in zip(study, cohort, strict=True) for table in pair]
    use = ol.cohort_use(*Z, axes=axes, n_latent=N_LATENT, n_permutations=99, random_state=seed)
    test = steps.transform(held_out)
    r2 = []
    for share in (0.0, use.share or 0.25):
        model = ol.ShrunkPCA(N_LATENT, axes, share=share).fit(Z[0].to_numpy())
        r2.append(
            1 - np.square(test - model.inverse_transform(model.transform(test))).sum() / np.square(test).sum()
        )
    common = study[0].columns.isin(cohort[0].columns).sum()
    found = {"share": use.share, "gain": use.gain, "r": use.r, "p": use.p, "alone": r2[0], "with": r2[1]}
    return {"genes": int(common)} | found


def one_draw(folder: Path, mice: Path | None, cells: Path | None, seed: int) -> tuple[pd.DataFrame, ...]:
    """Return the verdicts and the rankings of one draw."""
    warnings.simplefilter("ignore")
    X, M = (
        pd.read_csv(folder / f"{name}.csv.gz", index_col="sample_id")
        for name in ("transcriptomics", "metabolomics")
    )
    tissue = pd.read_csv(folder / "samples.csv", index_col="sample_id")["tissue"][X.index]
    known = pd.read_csv(folder / "known_pairs.csv")
    M = M.loc[X.index]
    told = [*verdicts(X, M, tissue, seed), *platform_verdicts(X, M, tissue, seed)]
    if mice and cells:
        genes = pd.read_csv(mice / "transcriptomics.csv", index_col="sample_id")
        lines = pd.read_parquet(cells / "transcriptomics.parquet").set_index("feature_id").T
        told += mice_verdicts(genes, lines, seed)
    return pd.DataFrame(told), pd.DataFrame(ranked(X, M, known, seed))


def verdicts(X: pd.DataFrame, M: pd.DataFrame, tissue: pd.Series, seed: int) -> Iterator[dict]:
    """Yield the verdict on each cohort of a draw."""
    for design, places, cohort, test in draw(tissue, seed):
        study, lent = ([table.iloc[part] for table in (X, M)] for part in (places, cohort))
        share = {"shuffled": 1.0}.get(design, 0.0)
        versions = {design: share} | ({"contaminated": 0.5} if design == "matched" else {})
        for name, part in versions.items():
            shown = [renamed(table, part, seed) for table in lent]
            yield {"design": name, "seed": seed} | one_verdict(study, shown, X.iloc[test], seed)


def platform_verdicts(X: pd.DataFrame, M: pd.DataFrame, tissue: pd.Series, seed: int) -> Iterator[dict]:
    """Yield the verdict on the matched cohort of a draw, measured elsewhere."""
    _, places, cohort, test = next(draw(tissue, seed))
    study, lent = ([table.iloc[part] for table in (X, M)] for part in (places, cohort))
    for name, (shared, part) in PLATFORMS.items():
        seen = [measured_elsewhere(table, shared, seed + k) for k, table in enumerate(lent)]
        shown = [renamed(table, part, seed) for table in seen]
        found = one_verdict(study, shown, X.iloc[test], seed, comparable=False)
        yield {"design": name, "seed": seed} | found


def mice_verdicts(mice: pd.DataFrame, cells: pd.DataFrame, seed: int) -> Iterator[dict]:
    """Yield the verdict on human cell lines as the cohort of 21 of the mice, the others held out."""
    order = np.random.default_rng(seed).permutation(len(mice))
    for design, human in {"another species": str.upper, "another species, synonyms": in_human}.items():
        genes = mice.rename(columns=human)
        study, test = genes.iloc[order[:N_STUDY]], genes.iloc[order[N_STUDY:]]
        for name, part in {design: 0.0, f"{design}, shuffled": 1.0}.items():
            cohort = renamed(cells, part, seed)
            cohort = cohort[cohort.columns.intersection(genes.columns)]  # the others change nothing
            yield {"design": name, "seed": seed} | one_verdict(
                [study], [cohort], test, seed, comparable=False
            )


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
    """Return how often each verdict is right, and what following it adds to R², on average and at worst."""
    change = table["with"] - table["alone"]
    named = table.assign(share_given=table["share"] > 0, agree=table["p"] <= 0.01, helps=change > LEAST)
    named["of_use"] = named["share_given"] & named["agree"]
    named["right"] = named["of_use"] == named["helps"]
    named["adds"] = change.where(named["of_use"], 0.0)
    columns = ["genes", "share_given", "agree", "of_use", "helps", "right", "p", "adds"]
    designs = named.groupby("design", sort=False)
    return designs[columns].mean().assign(worst=designs["adds"].min()).reset_index()


def main() -> None:
    """Draw, ask, print, and keep the tables where that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--mice", type=Path, metavar="FOLDER", help="omics-book fetch nutrimouse")
    parser.add_argument("--cells", type=Path, metavar="FOLDER", help="omics-book fetch ccle")
    parser.add_argument("--seeds", type=int, nargs="+", default=range(40, 60), metavar="N")
    parser.add_argument("--cores", type=int, default=2, metavar="N")
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/cohort_use")
    arguments = parser.parse_args()
    if not (arguments.mice and arguments.cells):
        print("No verdict on another species: that takes --mice and --cells.")
    one = partial(one_draw, arguments.study, arguments.mice, arguments.cells)
    with ProcessPoolExecutor(arguments.cores) as pool:
        told, rankings = map(pd.concat, zip(*pool.map(one, arguments.seeds), strict=True))
    means = summary(told)
    print(means.round(3).to_string(index=False))
    print(rankings.groupby(["samples", "method"], sort=False)[["mrr", "ap"]].mean().round(4).to_string())
    if arguments.store:
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        given = {"study": arguments.study, "mice": arguments.mice, "cells": arguments.cells}
        folders = {f"--{name}": folder.name for name, folder in given.items() if folder}
        command = " ".join(["python", script, *(f"{name} {of}" for name, of in folders.items()), "--store"])
        settings = {"n_latent": N_LATENT, "seeds": list(arguments.seeds)}
        kept = {"verdicts": told, "means": means, "rankings": rankings}
        ol.write_evidence("cohort_use", kept, script=script, command=command, settings=settings)


if __name__ == "__main__":
    main()
