"""The design `course`: samples along a curve, beside modules and direct links.

Each feature of the course rises and falls once, at a time of its own, as genes do along a differentiation
or a day. Samples then lie on one bent line: a single number says where, but many straight ones are needed.
"""

from __future__ import annotations

import numpy as np

from ._planted import Planted, followers, follows, link_to_genes, standardised

STAGES = ("early", "middle", "late")
# What is planted, and how much of it; written beside the study.
COURSE_SHARES = {
    "features_on_course": 0.6,
    "features_in_modules": 0.2,
    "metabolites_linked": 0.1,
    "known_module_pairs_per_link": 2,
}
_N_ANY = 8  # gene sets that have nothing to do with anything
_WIDTH = 0.08  # of a rise and fall, as a standard deviation, where the course is from 0 to 1
_STRENGTH = 0.9  # square root of the share of variance that the course has
_LINK = 0.9  # correlation of a metabolite with its gene, before either is measured


def plant_course(
    size: tuple[int, int, int],
    stage: np.ndarray,
    *,
    n_modules: int,
    strength: float,
    rng: np.random.Generator,
) -> Planted:
    """Draw the features of a study of `size`; `stage` is the number of each sample's stage.

    By their places, features are first those of the course, then those of modules; the metabolites that
    follow come after them, and the genes that these follow are among those that follow nothing.
    """
    planted = Planted.nothing(*size, rng)
    time = (stage + rng.uniform(size=size[0])) / len(STAGES)
    factors = standardised(rng.normal(size=(size[0], n_modules)))
    truth, first_free, peaks = [], [], []
    for values, module in zip((planted.genes, planted.metabolites), planted.modules, strict=True):
        n, n_course = values.shape[1], int(COURSE_SHARES["features_on_course"] * values.shape[1])
        n_in_modules = int(COURSE_SHARES["features_in_modules"] * n)
        values[:, :n_course] *= np.sqrt(1 - _STRENGTH**2)
        peaks.append(rng.uniform(size=n_course))
        values[:, :n_course] += _STRENGTH * _rise_and_fall(time, peaks[-1])
        members = slice(n_course, n_course + n_in_modules)
        values[:, members], module[members] = followers(factors, n_in_modules, strength, rng)
        truth.append(follows(module, n_modules).assign(course=np.arange(n) < n_course))
        first_free.append(members.stop)
    n_links = max(1, int(COURSE_SHARES["metabolites_linked"] * size[2]))
    linked = first_free[1] + np.arange(n_links)
    links = link_to_genes(planted, np.arange(first_free[0], size[1]), linked, _LINK, rng)
    planted.factors = truth[0], truth[1]
    stages = _stage_sets(peaks[0], size[1], rng.spawn(1)[0])
    planted.gene_sets = stages | _gene_sets(planted.modules[0], n_modules, rng)
    planted.know(links, int(COURSE_SHARES["known_module_pairs_per_link"]) * n_links, rng)
    return planted


def _stage_sets(peaks: np.ndarray, n_genes: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw a set for each stage: half of the genes that are highest in it, and as many others."""
    stage = np.full(n_genes, -1)
    stage[: len(peaks)] = (peaks * len(STAGES)).astype(int)
    return {f"high_{name}": _half_true(stage == k, rng) for k, name in enumerate(STAGES)}


def _half_true(is_member: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw half of the members, and as many others, as a collection has them."""
    members, others = np.flatnonzero(is_member), np.flatnonzero(~is_member)
    n = (len(members) + 1) // 2
    drawn = [rng.choice(members, n, replace=False), rng.choice(others, min(n, len(others)), replace=False)]
    return np.concatenate(drawn)


def _gene_sets(module: np.ndarray, n_modules: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw a set for each module, half of it true, and sets of any genes."""
    sets = {f"module_{k + 1}": _half_true(module == k, rng) for k in range(n_modules)}
    n = max(map(len, sets.values()))
    return sets | {f"any_{k + 1}": rng.choice(len(module), n, replace=False) for k in range(_N_ANY)}


def _rise_and_fall(time: np.ndarray, peak: np.ndarray) -> np.ndarray:
    """Let each feature be high about its own time `peak`: (n_samples, n_features), standardised."""
    return standardised(np.exp(-((time[:, None] - peak) ** 2) / (2 * _WIDTH**2)))
