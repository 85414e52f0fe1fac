"""What a cohort's axes lend a study of 21 samples, and what cohorts of no use cost.

    python benchmarks/cohort_axes.py --study FOLDER
    python benchmarks/cohort_axes.py --study FOLDER --store    keeps the tables in evidence/cohort_axes

Cell lines are drawn as the study, others as the cohort; the rest is held out. Designs: `matched`, the
same tissues; `shuffled`, the matched cohort with its genes' names shuffled; a tissue that the cohort
lacks. Where `comparable` is False, z-scores are all that the two sources have in common. The rule that
chooses the share was made on draws 0 to 35; the draws here are others.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline

import omics_lib as ol

ROOT = Path(__file__).resolve().parent.parent
WIDTHS = (2, 4, 8, 16)
N_STUDY, N_COHORT = 21, 200
TISSUES = ("lung", "haematopoietic_and_lymphoid_tissue", "breast or central_nervous_system")
Split = tuple[str, np.ndarray, np.ndarray, np.ndarray]


def draw(tissue: pd.Series, seed: int) -> Iterator[Split]:
    """Yield `design`, and the places of the study's samples, the cohort's, and those held out."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(tissue))
    parts = order[:N_STUDY], order[N_STUDY : N_STUDY + N_COHORT], order[N_STUDY + N_COHORT :]
    yield "matched", *parts
    yield "shuffled", *parts
    for design in TISSUES:
        inside = tissue.isin(design.split(" or ")).to_numpy()
        chosen = rng.permutation(np.flatnonzero(inside))
        yield design, chosen[:N_STUDY], np.flatnonzero(~inside), chosen[N_STUDY:]


def models(axes: ol.CohortAxes, design: str) -> Iterator[tuple[str, int, BaseEstimator, bool]]:
    """Yield `model`, `n_latent`, the estimator, and whether it takes the scale of the cohort's values."""
    for k in WIDTHS:
        yield "PCA", k, ol.ShrunkPCA(k), True
        yield "PCA, cohort", k, ol.ShrunkPCA(k, axes), True
        if k == 8 or design == "matched":
            other = replace(axes, comparable=False)
            yield "PCA, cohort", k, ol.ShrunkPCA(k, other), False
            yield "cohort alone", k, ol.ShrunkPCA(k, other, share=1 - 1e-6), False
    if design in ("matched", "lung"):
        for name, lent in (("autoencoder", None), ("autoencoder, cohort", axes)):
            yield name, 8, ol.OmicsAutoencoder(n_latent=8, cohort=lent, random_state=0), True


def fitted(
    model: BaseEstimator, steps: Pipeline, X: pd.DataFrame, held_out: pd.DataFrame
) -> tuple[float, float]:
    """Return the held-out R² of a model, and the share that the cohort got."""
    model = clone(model)
    if model.cohort is not None:
        model.set_params(cohort=model.cohort.in_units_of(steps))
    model.fit(steps.transform(X))
    return ol.reconstruction_r2(Pipeline([*steps.steps, ("model", model)]), held_out), model.share_


def one_draw(X: pd.DataFrame, tissue: pd.Series, seed: int) -> pd.DataFrame:
    """Measure all models in all designs of one draw."""
    rows = []
    for design, study, cohort, test in draw(tissue, seed):
        axes = ol.cohort_axes(X.iloc[cohort])
        axes = axes.shuffled(seed) if design == "shuffled" else axes
        steps = ol.preprocessor("log").fit(X.iloc[study])
        for name, k, model, comparable in models(axes, design):
            found = fitted(model, steps, X.iloc[study], X.iloc[test])
            rows.append((design, seed, name, comparable, k, *found))
    return pd.DataFrame(rows, columns=["design", "seed", "model", "comparable", "n_latent", "r2", "share"])


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return means over the draws, beside the study alone, and the worst draw's difference to it."""
    keys = ["design", "model", "comparable", "n_latent"]
    alone = table[table["model"].isin(["PCA", "autoencoder"])].copy()
    alone = alone.rename(columns={"r2": "alone"})[["design", "seed", "model", "n_latent", "alone"]]
    beside = table.assign(model=table["model"].replace({"cohort alone": "PCA, cohort"}).str.partition(",")[0])
    joined = beside.merge(alone, on=["design", "seed", "model", "n_latent"])
    joined["model"], joined["worst"] = table["model"].to_numpy(), joined["r2"] - joined["alone"]
    found = joined.groupby(keys, sort=False).agg(
        r2=("r2", "mean"), alone=("alone", "mean"), worst=("worst", "min"), share=("share", "mean")
    )
    return found.assign(ratio=found["r2"] / found["alone"]).reset_index()


def main() -> None:
    """Draw, measure, print the means, and keep the tables where that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, nargs="+", default=range(40, 50), metavar="N")
    parser.add_argument("--cores", type=int, default=2, metavar="N")
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/cohort_axes")
    arguments = parser.parse_args()
    X = pd.read_csv(arguments.study / "transcriptomics.csv.gz", index_col="sample_id")
    tissue = pd.read_csv(arguments.study / "samples.csv", index_col="sample_id")["tissue"][X.index]
    warnings.simplefilter("ignore")
    with ProcessPoolExecutor(arguments.cores) as pool:
        parts = pool.map(partial(one_draw, X, tissue), arguments.seeds)
        draws = pd.concat(parts, ignore_index=True)
    means = summary(draws)
    print(means.round(3).to_string(index=False))
    if arguments.store:
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        settings = {"n_study": N_STUDY, "n_cohort": N_COHORT, "seeds": list(arguments.seeds)}
        tables = {"draws": draws, "means": means}
        ol.write_evidence(
            "cohort_axes",
            tables,
            script=script,
            command=f"python {script} --study {arguments.study.name} --store",
            settings=settings,
        )


if __name__ == "__main__":
    main()
