"""Studies with planted truth, to see what a method can find and what it makes up.

A study is drawn in three steps: factors over the samples, features that follow
factors (or each other), and measurement (counts for genes, positive abundances
for metabolites).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anndata as ad
import mudata as md
import numpy as np
import pandas as pd

from .._modalities import MODALITIES
from ..errors import ParameterError, StudyError, one_of
from ._course import COURSE_SHARES, STAGES, plant_course
from ._planted import DESIGNS, Design, Planted, plant
from ._tissues import SHARES, TISSUES, detected, plant_tissues, sequenced


def simulate_study(
    n_samples: int = 21,
    n_genes: int = 1000,
    n_metabolites: int = 100,
    design: Design = "modules",
    *,
    n_modules: int = 8,
    strength: float = 0.75,
    random_state: int | None = None,
) -> md.MuData:
    """Simulate gene counts and metabolite abundances of the same samples.

    Parameters
    ----------
    n_samples, n_genes, n_metabolites : int
        Size of the study.
    design : {"modules", "links", "nonlinear", "confounded", "null", "tissues", "course"}
        What ties genes to metabolites.

        - `modules`: shared factors, each followed by a module of genes and of
          metabolites; half of the features follow none. A known pair is a gene
          and a metabolite of one module.
        - `links`: half of the metabolites follow one gene each, which is the
          known pair, on top of factors that all features share.
        - `nonlinear`: as `links`, but the metabolite follows the gene's
          distance from its mean, which a correlation cannot see.
        - `confounded`: nothing but the batch ties the two tables together.
        - `null`: nothing does; each table has modules of its own.
        - `tissues`: what a study of several tissues has, at any size: a quarter of the genes and two
          fifths of the metabolites follow shared factors, a further quarter of the metabolites one
          gene each, and the tissue shifts half of all features. Counts are as in RNA sequencing (half of
          the genes low, dispersion falling with the mean), abundances have gaps, more where they are low.
          As a knowledge base knows a part, the known pairs are the links and twice as many pairs drawn
          from the modules; `source` tells them apart.
        - `course`: what a book shows best. The samples lie along a course of three stages, where half of the
          features rise and fall once, each at its time: one bent line, which takes many straight ones. A
          quarter follow modules, a tenth of the metabolites one gene each; the batch does nothing.
          Abundances and known pairs are as those of `tissues`.
    n_modules : int
        Factors behind the modules.
    strength : float
        Square root of the share of a feature's variance that its factor explains.
    random_state : int, optional
        Seed.

    Returns
    -------
    MuData
        Modalities `transcriptomics` (counts) and `metabolomics` (abundances);
        `obs` with `group` and `batch` and, by their designs, `tissue` or `stage` instead of `group`; each
        modality's `var["module"]`, −1 for features without, and `var["shift_liver"]` and so on,
        by how many standard deviations a tissue shifts it; `uns["design"]`, what was
        asked for. Two truths: `uns["known_pairs"]`, the pairs that are
        planted, where the design has any; and each modality's
        `varm["factors"]` (features × factors, true or false), what a feature
        depends on, from which `dependent_pairs` tells every pair that is not
        independent.

    Raises
    ------
    ParameterError
        If the design is unknown, the study too small for it, or `strength` impossible.

    Examples
    --------
    >>> study = simulate_study(12, 40, 10, design="links", random_state=0)
    >>> study["transcriptomics"].shape, len(study.uns["known_pairs"])
    ((12, 40), 5)
    """
    sizes = {"samples": n_samples, "genes": n_genes, "metabolites": n_metabolites, "modules": n_modules}
    _refuse_impossible(design, sizes, strength)
    rng = np.random.default_rng(random_state)
    group, batch = np.arange(n_samples) % 3, rng.permutation(np.arange(n_samples) % 2)
    samples = pd.DataFrame({"group": group, "batch": batch})
    size = n_samples, n_genes, n_metabolites
    options: dict[str, Any] = {"n_modules": n_modules, "strength": strength, "rng": rng}
    asked = {"design": design, **{f"n_{what}": n for what, n in sizes.items()}, "strength": strength}
    if random_state is not None:
        asked["random_state"] = random_state
    if design == "tissues":
        samples["tissue"] = np.arange(n_samples) % len(TISSUES)
        planted = plant_tissues(size, samples["tissue"].to_numpy(), **options)
        measured = sequenced(planted.genes, rng), detected(planted.metabolites, rng)
        asked |= SHARES
    elif design == "course":
        samples["stage"] = np.arange(n_samples) % len(STAGES)
        planted = plant_course(size, samples["stage"].to_numpy(), **options)
        measured = _counted(planted.genes, rng), detected(planted.metabolites, rng)
        asked |= COURSE_SHARES
    else:
        planted = plant(design, size, samples, **options)
        measured = _counted(planted.genes, rng), _abundant(planted.metabolites, rng)
    study = _as_mudata(planted, measured, samples, rng)
    study.uns["design"] = asked
    return study


def _refuse_impossible(design: str, sizes: dict[str, int], strength: float) -> None:
    one_of("design", design, DESIGNS)
    for (what, n), least in zip(sizes.items(), (4, 4, 2, 1), strict=True):
        if n < least:
            raise ParameterError(f"n_{what}", f"found {n}", f"it must be at least {least}", "Simulate more.")
    if not 0 <= strength <= 1:
        raise ParameterError("strength", f"found {strength}", "it must lie between 0 and 1", "Correct it.")


def dependent_pairs(study: md.MuData, given: str | Sequence[str] = ()) -> pd.DataFrame:
    """Tell which genes and metabolites of a simulated study are not independent.

    Parameters
    ----------
    study : MuData
        From `simulate_study`.
    given : str or sequence of str
        Factors that are held constant, as a covariate does: `batch`.

    Returns
    -------
    DataFrame of shape (n_genes, n_metabolites)
        True where both depend on one factor, or one on the other: whoever
        declares such a pair is not wrong, whether it is a planted one or not.

    Raises
    ------
    StudyError, ParameterError
        If the study does not hold its truth, or has no such factor.

    Examples
    --------
    >>> study = simulate_study(12, 40, 10, design="confounded", random_state=0)
    >>> int(dependent_pairs(study).to_numpy().sum()), int(dependent_pairs(study, "batch").to_numpy().sum())
    (400, 0)
    """
    genes, metabolites = (study[name] for name in MODALITIES)
    if "factors" not in genes.varm or "factors" not in metabolites.varm:
        found = "no varm['factors']"
        raise StudyError("study", found, "it must be a simulated study", "Take one from simulate_study.")
    held = [given] if isinstance(given, str) else list(given)
    factors = genes.varm["factors"].columns
    if not set(held) <= set(factors):
        expected = f"the factors are {', '.join(factors) or 'none'}"
        raise ParameterError("given", f"found {held}", expected, "Correct the name.")
    left, right = (
        adata.varm["factors"].drop(columns=held).to_numpy(dtype=np.float32) for adata in (genes, metabolites)
    )
    truth = left @ right.T > 0
    if "known_pairs" in study.uns:
        pairs = study.uns["known_pairs"]
        rows = genes.var_names.get_indexer(pairs["gene_id"])
        columns = metabolites.var_names.get_indexer(pairs["metabolite_id"])
        there = (rows >= 0) & (columns >= 0)  # filters may have taken some
        truth[rows[there], columns[there]] = True
    return pd.DataFrame(truth, genes.var_names, metabolites.var_names)


def _counted(genes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn latent values into negative binomial counts."""
    depth = rng.normal(0, 0.15, size=(len(genes), 1))
    expected = np.exp(rng.normal(4.5, 1.2, size=genes.shape[1]) + depth + 0.7 * genes)
    return rng.poisson(expected * rng.gamma(10, 1 / 10, size=genes.shape)).astype(float)


def _abundant(metabolites: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn latent values into log-normal abundances."""
    return np.round(np.exp(rng.normal(8, 1, size=metabolites.shape[1]) + 0.5 * metabolites), 3)


def _as_mudata(
    planted: Planted, measured: tuple[np.ndarray, np.ndarray], samples: pd.DataFrame, rng: np.random.Generator
) -> md.MuData:
    """Name samples and features, shuffle the features, and put everything in one container."""
    counts, abundance = measured
    ids = pd.Index([f"S{i + 1:03d}" for i in range(len(counts))], name="sample_id")
    order_g, order_m = rng.permutation(counts.shape[1]), rng.permutation(abundance.shape[1])
    names_g = np.array([f"gene_{i + 1:05d}" for i in range(counts.shape[1])], dtype=object)
    names_m = np.array([f"metabolite_{i + 1:04d}" for i in range(abundance.shape[1])], dtype=object)
    tables = {"transcriptomics": (counts, names_g, order_g), "metabolomics": (abundance, names_m, order_m)}
    modalities = {
        name: ad.AnnData(
            X[:, order],
            obs=pd.DataFrame(index=ids),
            var=planted.features[at].iloc[order].set_axis(names),
            varm={"factors": planted.factors[at].iloc[order].set_axis(names)},
        )
        for at, (name, (X, names, order)) in enumerate(tables.items())
    }
    with md.set_options(pull_on_update=False):
        study = md.MuData(modalities)
    study.obs = _named(samples).set_index(ids)
    if planted.gene_sets:
        rank = np.argsort(order_g)
        rows = [
            (name, names_g[gene])
            for name, genes in planted.gene_sets.items()
            for gene in np.sort(rank[genes])
        ]
        study.uns["gene_sets"] = pd.DataFrame(rows, columns=["gene_set", "gene_id"])
    if len(planted.pairs):
        gene, metabolite = planted.pairs.T
        study.uns["known_pairs"] = pd.DataFrame(
            {
                "gene_id": names_g[np.argsort(order_g)[gene]],
                "metabolite_id": names_m[np.argsort(order_m)[metabolite]],
                "source": planted.sources,
            }
        )
    return study


def _named(samples: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of groups, batches, tissues and stages their names."""
    levels = {"group": ("control", "low", "high"), "batch": ("A", "B"), "tissue": TISSUES, "stage": STAGES}
    if "stage" in samples:  # a group would be a second name for it
        samples = samples.drop(columns="group")
    return samples.apply(lambda column: np.array(levels[column.name], dtype=object)[column])
