"""What a run lets out: aggregates over all of its samples, and the rules of each.

By default that is what tells nobody from chance (benchmarks/disclosure.py). More exact numbers tell that a
sample which is unlike all others is in the study, and are let out only when they are asked for. Every number
names how many samples it stands for; one that stands for fewer than `min_group_size` is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .._modalities import MODALITIES, feature_word
from ..errors import ReleaseError, first_few
from ..study import read_stage
from ._noisy import noisy_release
from ._pseudonyms import pseudonymize

# Numbers and choices. Free text (a title, the names of columns, a target) says something of the study, and
# stays.
_TOLD = ("alpha", "min_group_size", "n_folds", "variant", "n_latent", "random_state")
_WITHHELD = float("nan")
# Correlations of latents beyond this are counted, as a share to a tenth.
_STRONG = 0.5


def release_tables(
    run: Path | str, parameters: Mapping[str, Any], *, numbers: bool = False
) -> dict[str, pd.DataFrame]:
    """Collect the tables that a run lets out.

    Parameters
    ----------
    run : Path
        Run folder, finished up to chapter 6.
    parameters : mapping
        Of the run: `alpha`, `min_group_size`, `n_folds`, `variant`, `n_latent` and `random_state`.

    numbers : bool
        Whether to add what tells of samples that are unlike all others.

    Returns
    -------
    dict of str to DataFrame
        `summary` (sizes), `parameters` (no free text) and `latent_correlations` (which share of them is
        beyond 0.5, to a tenth); with `numbers`, further counts in `summary`, `reconstruction` (held-out R²
        over the folds: the mean stands for all samples, the spread only where each fold has enough),
        `latent_histogram` and `evaluation` (scores of rankings). `data_schema/` describes the columns.

    Raises
    ------
    ReleaseError
        If the study has fewer samples than a released number must stand for.
    """
    run, least = Path(run), int(parameters["min_group_size"])
    study = read_stage(run / "study.h5mu")
    if study.n_obs < least:
        raise ReleaseError(
            "min_group_size",
            f"{study.n_obs} samples, and a released number must stand for {least}",
            "a release is made of at least so many samples",
            "Nothing can be released of this study, or set it lower.",
        )
    rho = pd.read_parquet(run / "latent_pairs.parquet")["rho"]
    sizes = {"samples": study.n_obs} | {f"{feature_word(name)}s": study[name].n_vars for name in MODALITIES}
    share = round(float((rho.abs() > _STRONG).mean()), 1) if len(rho) else _WITHHELD
    tables = {
        "summary": _counts(sizes),
        "parameters": _settings(parameters),
        "latent_correlations": pd.DataFrame({"beyond": [_STRONG], "share": [share]}),
    }
    return tables | _telling(run, sizes, parameters) if numbers else tables


def _telling(run: Path, sizes: Mapping[str, int], parameters: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Collect what tells of samples that are unlike all others."""
    least = int(parameters["min_group_size"])
    latent_pairs = pd.read_parquet(run / "latent_pairs.parquet")
    sources = pd.read_parquet(run / "associations.parquet", columns=["source"])["source"]
    found = {
        "direct_associations": int((sources == "direct").sum()),
        "latent_pairs_significant": int((latent_pairs["q"] <= parameters["alpha"]).sum()),
    }
    return {
        "summary": _counts({**sizes, **found}),
        "reconstruction": pd.concat([_reconstruction(run / name, name, least) for name in MODALITIES]),
        "latent_histogram": _histogram(latent_pairs["rho"]),
        "evaluation": pd.read_csv(run / "evaluation.csv").round(4),
    }


def noisy_tables(
    run: Path, parameters: Mapping[str, Any], epsilon: float, levels: Mapping[str, Sequence[str]]
) -> dict[str, pd.DataFrame]:
    """Collect what a run lets out with differential privacy: sizes and parameters, and the rest with noise.

    Raises
    ------
    ReleaseError
        If a column of `levels` is none of the samples'.
    """
    tables = release_tables(run, parameters)
    samples = read_stage(run / "study.h5mu").obs
    for column in levels:
        if column not in samples:
            found, expected = f"no column {column!r}", f"the columns are {first_few(samples.columns)}"
            raise ReleaseError("--count", found, expected, "Correct the name.")
    scores = {
        f"{name}, held-out R²": float(
            _reconstruction(run / name, name, 1).set_index("model").loc["autoencoder", "mean"]
        )
        for name in MODALITIES
    }
    rho = pd.read_parquet(run / "latent_pairs.parquet")["rho"]
    scores[f"latent pairs beyond {_STRONG}"] = float((rho.abs() > _STRONG).mean())
    del tables["latent_correlations"]
    return tables | {"noisy": noisy_release(samples, levels, scores, epsilon)}


def _counts(sizes: Mapping[str, int]) -> pd.DataFrame:
    return pd.Series(sizes, name="count").rename_axis("what").reset_index()


def _settings(parameters: Mapping[str, Any]) -> pd.DataFrame:
    told = {name: parameters[name] for name in _TOLD}
    return pd.Series(told, name="value", dtype=object).rename_axis("parameter").reset_index()


def _reconstruction(folder: Path, modality: str, least: int) -> pd.DataFrame:
    folds = pd.read_csv(folder / "cross_validation.csv").groupby("model", sort=True)
    scores = folds["r2"].agg(["mean", "std"]).round(4)
    # The mean stands for every sample once; the spread tells of single folds, each of a few samples.
    scores.loc[folds["n_test"].sum() < least, "mean"] = _WITHHELD
    scores.loc[folds["n_test"].min() < least, "std"] = _WITHHELD
    scores.insert(0, "modality", modality)
    return scores.reset_index()[["modality", "model", "mean", "std"]]


def _histogram(rho: pd.Series) -> pd.DataFrame:
    edges = [i / 10 for i in range(-10, 11)]
    counts = pd.cut(rho, edges, include_lowest=True).value_counts(sort=False)
    return pd.DataFrame({"rho": counts.index.astype(str), "latent_pairs": counts.to_numpy()})


def strongest_pairs(run: Path, n: int, key: bytes | None) -> pd.DataFrame:
    """Return the strongest pairs that were called significant, under pseudonyms unless `key` is None.

    Returns
    -------
    DataFrame
        `gene`, `metabolite`, `rho` and `q`, rounded to two digits.
    """
    pairs = pd.read_parquet(
        run / "associations.parquet", columns=["gene", "metabolite", "rho", "q", "source"]
    )
    pairs = pairs[pairs["source"] == "direct"].drop(columns="source")
    pairs = pairs.reindex(pairs["rho"].abs().sort_values(ascending=False, kind="stable").index).head(n)
    if key is not None:
        for column, prefix in (("gene", "G"), ("metabolite", "M")):
            pairs[column] = pairs[column].map(pseudonymize(pairs[column], key, prefix=prefix))
    return pairs.round({"rho": 2, "q": 2}).reset_index(drop=True)
