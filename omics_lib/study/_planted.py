"""What ties the genes of a simulated study to its metabolites, before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

Design = Literal["modules", "links", "nonlinear", "confounded", "null", "tissues", "course"]
DESIGNS: tuple[Design, ...] = get_args(Design)


@dataclass
class Planted:
    """Values of genes and metabolites, (n_samples, n_features), and the truth behind them."""

    genes: np.ndarray
    metabolites: np.ndarray
    modules: tuple[np.ndarray, np.ndarray]
    """Module of each gene and of each metabolite, −1 for features without."""
    factors: tuple[pd.DataFrame, pd.DataFrame]
    """Which factors (columns) each gene and each metabolite depends on."""
    pairs: np.ndarray
    """Places of the gene and the metabolite of each known pair, (n_pairs, 2)."""
    sources: str | np.ndarray = "simulated"
    """Where these pairs come from, all or each of them."""
    gene_sets: dict[str, np.ndarray] | None = None
    """Places of the genes of each set that the study brings."""
    shifts: tuple[pd.DataFrame, pd.DataFrame] | None = None
    """By how many standard deviations each tissue (columns) shifts each gene and each metabolite."""

    @property
    def features(self) -> list[pd.DataFrame]:
        """Describe each gene, and each metabolite: its module, and its shifts where the design has any."""
        described = [pd.DataFrame({"module": module}) for module in self.modules]
        if self.shifts is None:
            return described
        return [
            of.join(shifts.add_prefix("shift_")) for of, shifts in zip(described, self.shifts, strict=True)
        ]

    def know(self, links: np.ndarray, n_of_modules: int, rng: np.random.Generator) -> None:
        """Let the known pairs be the links and some of the modules, as a knowledge base knows a part."""
        of_modules = some_module_pairs(*self.modules, n_of_modules, rng)
        self.pairs = np.vstack([links, of_modules])
        self.sources = np.repeat(np.array(["link", "module"], dtype=object), [len(links), len(of_modules)])

    @classmethod
    def nothing(cls, n_samples: int, n_genes: int, n_metabolites: int, rng: np.random.Generator) -> Planted:
        """Draw features that depend on nothing."""
        sizes = n_genes, n_metabolites
        genes, metabolites = (rng.normal(size=(n_samples, n)) for n in sizes)
        modules = np.full(n_genes, -1), np.full(n_metabolites, -1)
        none = pd.DataFrame(index=range(n_genes)), pd.DataFrame(index=range(n_metabolites))
        return cls(genes, metabolites, modules, none, np.zeros((0, 2), dtype=int))


def plant(
    design: Design,
    size: tuple[int, int, int],
    samples: pd.DataFrame,
    *,
    n_modules: int,
    strength: float,
    rng: np.random.Generator,
) -> Planted:
    """Draw the features of a study of `size` (n_samples, n_genes, n_metabolites), see `simulate_study`.

    `samples` has the columns `group` (0, 1 or 2) and `batch` (0 or 1).
    """
    planted = Planted.nothing(*size, rng)
    factors = standardised(rng.normal(size=(size[0], n_modules)))
    if design in ("modules", "null"):
        own = factors if design == "modules" else standardised(rng.normal(size=factors.shape))
        # The groups differ in the first factor of the genes, as treatments do.
        factors[:, 0] = standardised(factors[:, 0] + 1.5 * (samples["group"].to_numpy() - 1))
        _plant_modules(planted, factors, own, strength, rng)
    if design == "modules":
        of_gene, of_metabolite = planted.modules
        same = (of_gene[:, None] == of_metabolite[None, :]) & (of_gene[:, None] >= 0)
        planted.pairs = np.argwhere(same)
        planted.factors = follows(of_gene, n_modules), follows(of_metabolite, n_modules)
    if design in ("links", "nonlinear"):
        _plant_links(planted, factors[:, :2], design, rng)
    if design == "confounded":
        _plant_shift(planted, samples["batch"].to_numpy(dtype=float), rng)
    return planted


def standardised(values: np.ndarray) -> np.ndarray:
    """Give every column a mean of 0 and a standard deviation of 1."""
    return (values - values.mean(axis=0)) / values.std(axis=0)


def _plant_modules(
    planted: Planted,
    of_genes: np.ndarray,
    of_metabolites: np.ndarray,
    strength: float,
    rng: np.random.Generator,
) -> None:
    """Let half of the features follow the factors of their table."""
    for values, module, factors in (
        (planted.genes, planted.modules[0], of_genes),
        (planted.metabolites, planted.modules[1], of_metabolites),
    ):
        half = values.shape[1] // 2
        values[:, :half], module[:half] = followers(factors, half, strength, rng)


def _plant_links(planted: Planted, shared: np.ndarray, design: Design, rng: np.random.Generator) -> None:
    """Let half of the metabolites follow one gene each, on top of factors that all features share."""
    n_genes, n_metabolites = planted.genes.shape[1], planted.metabolites.shape[1]
    planted.genes, of_gene = followers(shared, n_genes, 0.5, rng)
    planted.metabolites, of_metabolite = followers(shared, n_metabolites, 0.5, rng)
    n_links = max(1, n_metabolites // 2)
    parents = rng.choice(n_genes, size=n_links, replace=n_genes < n_metabolites // 2)
    signal = standardised(planted.genes[:, parents])
    if design == "nonlinear":
        signal = standardised(np.abs(signal))
    planted.metabolites[:, :n_links] = 0.8 * signal + 0.6 * planted.metabolites[:, :n_links]
    planted.pairs = np.column_stack([parents, np.arange(n_links)])
    genes, metabolites = (follows(of, shared.shape[1]) for of in (of_gene, of_metabolite))
    metabolites.iloc[:n_links] |= genes.iloc[parents].to_numpy()
    planted.factors = genes, metabolites


def _plant_shift(planted: Planted, batch: np.ndarray, rng: np.random.Generator) -> None:
    """Shift every feature by the batch."""
    shift = standardised(batch[:, None])
    for values in (planted.genes, planted.metabolites):
        values += shift * rng.normal(0, 1, size=values.shape[1])
    genes, metabolites = (
        pd.DataFrame({"batch": np.ones(values.shape[1], dtype=bool)})
        for values in (planted.genes, planted.metabolites)
    )
    planted.factors = genes, metabolites


def followers(
    factors: np.ndarray, n: int, strength: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` features, each following one factor; strength² is the share of variance shared."""
    n_samples, n_factors = factors.shape
    module = rng.permutation(np.arange(n) % n_factors)
    sign = rng.choice([-1.0, 1.0], size=n)
    noise = rng.normal(size=(n_samples, n))
    return strength * sign * factors[:, module] + np.sqrt(1 - strength**2) * noise, module


def follows(module: np.ndarray, n_factors: int) -> pd.DataFrame:
    """Tell which factor each feature follows, (n_features, n_factors)."""
    names = [f"factor_{k + 1}" for k in range(n_factors)]
    return pd.DataFrame(module[:, None] == np.arange(n_factors), columns=names)


def link_to_genes(
    planted: Planted, free: np.ndarray, linked: np.ndarray, strength: float, rng: np.random.Generator
) -> np.ndarray:
    """Let the metabolites at the places `linked` follow one gene each of those `free`; return their places.

    `strength` is the correlation of a metabolite with its gene.
    """
    parents = rng.choice(free, size=len(linked), replace=len(free) < len(linked))
    noise = np.sqrt(1 - strength**2) * planted.metabolites[:, linked]
    planted.metabolites[:, linked] = strength * standardised(planted.genes[:, parents]) + noise
    return np.column_stack([parents, linked])


def some_module_pairs(
    of_genes: np.ndarray, of_metabolites: np.ndarray, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw up to `n` pairs of a gene and a metabolite of one module, each once, without listing them all."""
    by_module = np.argsort(of_genes, kind="stable")[(of_genes < 0).sum() :]
    n_genes = np.bincount(of_genes[of_genes >= 0], minlength=max(of_genes.max(), of_metabolites.max()) + 1)
    first = np.cumsum(n_genes) - n_genes
    members = np.flatnonzero(of_metabolites >= 0)
    n_partners = n_genes[of_metabolites[members]]
    ends = np.cumsum(n_partners)
    n_pairs = int(ends[-1]) if len(ends) else 0
    drawn = np.sort(rng.choice(n_pairs, size=min(n, n_pairs), replace=False))
    at = np.searchsorted(ends, drawn, side="right")
    place = drawn - (ends - n_partners)[at]
    return np.column_stack([by_module[first[of_metabolites[members[at]]] + place], members[at]])
