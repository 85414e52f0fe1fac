"""What do aggregates give away? Attacks on everything that a run could let out, by what is let out.

    python benchmarks/disclosure.py --store          what `make disclosure` does
    python benchmarks/disclosure.py --trials 10      quicker, only printed

Members and others are drawn from one simulated population, so that nothing but membership tells them apart.
The attacker knows a person's whole profile and the population. Some minutes on two cores.

`--store` keeps the tables for the book, in evidence/disclosure.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small matrices: threads only wait for each other

import numpy as np
import pandas as pd
import scipy.special
from joblib import Parallel, delayed
from scipy.stats import rankdata

import omics_lib as ol

ROOT = Path(__file__).resolve().parent.parent
SIZES = (21, 50)
N_FOLDS, N_LATENT, ALPHA = 5, 8, 0.05
EPSILONS = (0.1, 1.0, 10.0)
Tables = tuple[np.ndarray, np.ndarray]


# --- the population, and a study of it ---


@dataclass(frozen=True)
class Population:
    """People of one simulated world: log counts of genes and log abundances of metabolites."""

    genes: np.ndarray
    metabolites: np.ndarray
    known: np.ndarray  # True for pairs of one module

    @classmethod
    def simulate(cls, n_people: int, n_genes: int, n_metabolites: int, seed: int) -> Population:
        """Draw people whose tables share four modules."""
        mdata = ol.simulate_study(n_people, n_genes, n_metabolites, n_modules=4, random_state=seed)
        genes, metabolites = (mdata[name] for name in ol.MODALITIES)
        known = np.zeros((n_genes, n_metabolites), dtype=bool)
        pairs = mdata.uns["known_pairs"]
        places = (
            genes.var_names.get_indexer(pairs["gene_id"]),
            metabolites.var_names.get_indexer(pairs["metabolite_id"]),
        )
        known[places] = True
        return cls(np.log2(genes.X + 1), np.log2(metabolites.X + 1), known)

    def person(self, i: int, kind: str) -> Tables:
        """Return a person's values: as they are, or made unlike all others."""
        return tuple(KINDS[kind](X, X[i], np.random.default_rng(i)) for X in (self.genes, self.metabolites))


KINDS: dict[str, Callable] = {
    "typical": lambda X, own, rng: own,
    # All values 5 standard deviations off, up or down by chance.
    "outlier": lambda X, own, rng: X.mean(axis=0) + 5 * X.std(axis=0) * rng.choice([-1, 1], X.shape[1]),
    # What makes this person differ from the mean, five times over.
    "extreme": lambda X, own, rng: X.mean(axis=0) + 5 * (own - X.mean(axis=0)),
}


def standardised(X: np.ndarray) -> np.ndarray:
    return (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-12)


def ranked(X: np.ndarray) -> np.ndarray:
    """Give every column ranks of mean 0 and length 1, so that products are Spearman's rho."""
    R = rankdata(X, axis=0)
    R -= R.mean(axis=0)
    return R / np.maximum(np.sqrt((R**2).sum(axis=0)), 1e-12)


def spearman(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    return ranked(X).T @ ranked(Y)


# --- what such a study lets out ---


def held_out_r2(X: np.ndarray, folds: list[np.ndarray]) -> np.ndarray:
    """Cross-validate PCA as `cross_validate_reconstruction` does: one of the two models of stage 07."""
    scores = []
    for test in folds:
        train = np.setdiff1d(np.arange(len(X)), test)
        mean, sd = X[train].mean(axis=0), X[train].std(axis=0)
        sd[sd == 0] = 1
        A, B = (X[train] - mean) / sd, (X[test] - mean) / sd
        variance, vectors = np.linalg.eigh(A @ A.T)
        k = min(N_LATENT, len(train) - 1)
        explained = B @ (A.T @ vectors[:, -k:] / np.sqrt(variance[-k:]))
        scores.append(np.sum(explained**2) / np.sum(B**2))
    return np.array(scores)


def latents(X: np.ndarray) -> np.ndarray:
    Z = standardised(X)
    variance, vectors = np.linalg.eigh(Z @ Z.T)
    return vectors[:, -N_LATENT:] * np.sqrt(np.abs(variance[-N_LATENT:]))


def significant(rho: np.ndarray, n: int) -> int:
    statistic = np.abs(rho).ravel() * np.sqrt((n - 2) / np.maximum(1 - rho.ravel() ** 2, 1e-12))
    p = np.sort(2 * scipy.special.stdtr(n - 2, -statistic))
    passed = p <= ALPHA * np.arange(1, len(p) + 1) / len(p)
    return int(passed.nonzero()[0].max(initial=-1)) + 1


def ranking_scores(rho: np.ndarray, known: np.ndarray) -> tuple[float, float]:
    """Return the average precision of the plain correlation, and the area under its curve."""
    order = np.argsort(-np.abs(rho).ravel())
    hits = known.ravel()[order]
    at = np.flatnonzero(hits) + 1
    n, n_hits = len(hits), len(at)
    below = n - at - (n_hits - np.arange(1, n_hits + 1))
    return float(np.mean(np.arange(1, n_hits + 1) / at)), float(below.sum() / (n_hits * (n - n_hits)))


def numbers(genes: np.ndarray, metabolites: np.ndarray, known: np.ndarray, seed: int) -> list[float]:
    """Return the numbers that stage 07 could let out, exact, in the order of `PARTS`."""
    n = len(genes)
    folds = np.array_split(np.random.default_rng(seed).permutation(n), N_FOLDS)
    r2 = [held_out_r2(X, folds) for X in (genes, metabolites)]
    of_latents, of_pairs = spearman(latents(genes), latents(metabolites)), spearman(genes, metabolites)
    bins = np.histogram(of_latents, np.linspace(-1, 1, 21))[0]
    counts = significant(of_pairs, n), significant(of_latents, n)
    spread, medians = [scores.std(ddof=1) for scores in r2], [np.median(scores) for scores in r2]
    n_pairs = of_pairs.size, of_latents.size
    return [
        *(s.mean() for s in r2),
        *spread,
        *medians,
        *ranking_scores(of_pairs, known),
        *counts,
        *n_pairs,
        *bins,
    ]


PARTS = {"mean": slice(0, 2), "spread": slice(2, 4), "median": slice(4, 6), "ranking": slice(6, 8)}
PARTS |= {"counts": slice(8, 10), "n_pairs": slice(10, 12), "bins": slice(12, 32)}
N_NUMBERS = 32


def cut_off(X: np.ndarray) -> np.ndarray:
    """Cut values off at two robust standard deviations."""
    return np.clip(ol.robust_scores(X), -2, 2)


def aggregates(genes: np.ndarray, metabolites: np.ndarray, known: np.ndarray, seed: int) -> np.ndarray:
    """Return three times the numbers of a study: of all samples, of the usual ones, and of values cut off."""
    keep = ~ol.unlike_others(genes, metabolites)
    of_all = numbers(genes, metabolites, known, seed)
    of_usual = of_all if keep.all() else numbers(genes[keep], metabolites[keep], known, seed)
    return np.array([*of_all, *of_usual, *numbers(cut_off(genes), cut_off(metabolites), known, seed)])


@dataclass(frozen=True)
class Form:
    """A form in which numbers could be let out: what is done to those of all studies, a row a study."""

    what: str
    how: str
    of: Callable[[np.ndarray], np.ndarray]
    state: str = "no"  # `before`: stage 07 let it out; `now`: it does by default

    def about(self) -> dict[str, str]:
        """Return what names it in a table."""
        return {"what": self.what, "how": self.how, "state": self.state}


def part(F: np.ndarray, *names: str) -> np.ndarray:
    return np.hstack([F[:, PARTS[name]] for name in names])


def strong_share(F: np.ndarray) -> np.ndarray:
    """Return the share of latent pairs beyond 0.5, to a tenth."""
    bins = part(F, "bins")
    strong = bins[:, :5].sum(axis=1) + bins[:, 15:].sum(axis=1)
    return (strong / bins.sum(axis=1))[:, None].round(1)


def powers(F: np.ndarray) -> np.ndarray:
    """Return the powers of ten of the numbers of significant pairs."""
    return np.floor(np.log10(np.maximum(part(F, "counts"), 0.1)))


def significant_share(F: np.ndarray) -> np.ndarray:
    """Return the shares of pairs, and of pairs of latents, that are significant, to a tenth."""
    return (part(F, "counts") / part(F, "n_pairs")).round(1)


def before(F: np.ndarray) -> np.ndarray:
    """Return all that stage 07 let out before it was attacked."""
    return np.hstack([part(F, "mean", "spread", "ranking").round(4), part(F, "counts", "bins")])


def now(F: np.ndarray) -> np.ndarray:
    """Return all that stage 07 lets out by default and that depends on the values."""
    return strong_share(F)


R2, RANKING, LATENTS, PAIRS, ALL = (
    "reconstruction", "evaluation", "latent correlations", "significant pairs", "everything",
)  # fmt: skip
FORMS = (
    Form(R2, "mean and spread, four digits", lambda F: part(F, "mean", "spread").round(4), "before"),
    Form(R2, "mean, two digits", lambda F: part(F, "mean").round(2)),
    Form(R2, "mean, one digit", lambda F: part(F, "mean").round(1)),
    Form(R2, "median of the folds, two digits", lambda F: part(F, "median").round(2)),
    Form(R2, "median of the folds, one digit", lambda F: part(F, "median").round(1)),
    Form(RANKING, "four digits", lambda F: part(F, "ranking").round(4), "before"),
    Form(RANKING, "one digit", lambda F: part(F, "ranking").round(1)),
    Form(LATENTS, "20 bins, counted", lambda F: part(F, "bins"), "before"),
    Form(LATENTS, "4 bins, counted", lambda F: part(F, "bins").reshape(len(F), 4, 5).sum(axis=2)),
    Form(LATENTS, "share beyond 0.5, to a tenth", strong_share, "now"),
    Form(PAIRS, "counted", lambda F: part(F, "counts"), "before"),
    Form(PAIRS, "power of ten", powers),
    Form(PAIRS, "share, to a tenth", significant_share),
    Form(ALL, "as it was let out", before, "before"),
    Form(
        ALL, "as it was let out, without unusual samples", lambda F: before(F[:, N_NUMBERS : 2 * N_NUMBERS])
    ),
    Form(ALL, "as it was let out, values cut off at 2 SD", lambda F: before(F[:, 2 * N_NUMBERS :])),
    Form(ALL, "by default", now, "now"),
)


# --- attacks on these numbers ---


def study_of(
    world: Population, n: int, rng: np.random.Generator, n_targets: int, person: Tables | None
) -> np.ndarray:
    """Draw a study of people who are no target, and one who may be; return its numbers."""
    drawn = n_targets + rng.choice(len(world.genes) - n_targets, n, replace=False)
    genes, metabolites = world.genes[drawn], world.metabolites[drawn]
    if person is not None:
        genes[0], metabolites[0] = person
    return aggregates(genes, metabolites, world.known, int(rng.integers(2**31)))


def shadow_studies(
    world: Population, n: int, n_studies: int, n_targets: int, person: Tables | None, seed: int
):
    rng = np.random.default_rng(seed)
    return np.array([study_of(world, n, rng, n_targets, person) for _ in range(n_studies)])


def shadow_attacks(
    world: Population, n: int, n_targets: int, n_studies: int, jobs: Parallel
) -> Iterator[dict]:
    """Attack what studies let out, knowing the population: a target is a trial."""
    draw = delayed(shadow_studies)
    without = jobs(draw(world, n, n_studies, n_targets, None, 10_000 + i) for i in range(n_targets))
    kinds = {kind: [world.person(i, kind) for i in range(n_targets)] for kind in KINDS}
    kinds["control"] = [None] * n_targets
    for k, (kind, people) in enumerate(kinds.items()):
        seeds = range(1000 * k, 1000 * k + n_targets)
        inside = jobs(draw(world, n, n_studies, n_targets, p, s) for p, s in zip(people, seeds, strict=True))
        for form in FORMS:
            scores = jobs(
                delayed(ol.shadow_scores)(form.of(with_), form.of(out), random_state=0)
                for with_, out in zip(inside, without, strict=True)
            )
            success = ol.attack_success(*zip(*scores, strict=True), random_state=0)
            yield form.about() | {"person": kind} | success._asdict()


def informed_attacks(world: Population, n: int, n_trials: int) -> Iterator[dict]:
    """Attack what studies let out, knowing everybody in them but one, and the seed.

    Whoever recomputes both finds out wherever they differ: nothing but noise helps.
    """
    for kind in KINDS:
        pairs = []
        for trial in range(n_trials):
            rng = np.random.default_rng(trial)
            drawn = rng.choice(len(world.genes), n + 1, replace=False)
            people = world.person(drawn[0], kind), world.person(drawn[1], "typical")
            tables = world.genes[drawn[1:]], world.metabolites[drawn[1:]]
            for person in people:
                tables[0][0], tables[1][0] = person
                pairs.append(aggregates(*tables, world.known, trial))
        one, other = np.array(pairs[::2]), np.array(pairs[1::2])
        for form in FORMS:
            differ = (form.of(one) != form.of(other)).any(axis=1)
            success = ol.attack_success([[0.5 + d / 2] for d in differ], [[0.5]] * n_trials, random_state=0)
            yield form.about() | {"person": kind} | success._asdict()


def price_of(world: Population, n: int, n_studies: int) -> Iterator[dict]:
    """Say which share of what differs from study to study, in the numbers as they were, each form loses."""
    F = shadow_studies(world, n, n_studies, 0, None, 7)
    exact = {R2: part(F, "mean", "spread"), RANKING: part(F, "ranking"), LATENTS: part(F, "bins")}
    exact |= {PAIRS: part(F, "counts"), ALL: before(F)}
    for form in FORMS:
        X, Y = form.of(F), exact[form.what]
        X, Y = np.hstack([np.ones((len(X), 1)), X]), Y[:, Y.std(axis=0) > 0]
        rest = Y - X @ np.linalg.lstsq(X, Y, rcond=None)[0]
        lost = float(np.mean(rest.var(axis=0) / Y.var(axis=0)))
        yield form.about() | {"lost": max(lost, 0.0)}


# --- attacks on what never leaves ---


def correlation_attacks(world: Population, n: int, n_trials: int) -> Iterator[dict]:
    """Look for people in the correlations of all pairs; the attacker has other people of the population."""
    scores: dict[tuple[str, str], list] = {}
    for trial in range(n_trials):
        order = np.random.default_rng(trial).permutation(len(world.genes))
        members, others, more, second, third, known = np.split(order, n * np.arange(1, 6))
        own = [(X - X[known].mean(axis=0)) / X[known].std(axis=0) for X in (world.genes, world.metabolites)]
        expected, rho, *sites = (
            spearman(world.genes[who], world.metabolites[who]) for who in (known, members, second, third)
        )
        strongest = np.abs(rho) >= np.quantile(np.abs(rho), 0.999)
        forms = {
            "all, exact": (rho, expected),
            "all, two digits": (rho.round(2), expected),
            "all, one digit": (rho.round(1), expected),
            "all, summed over three sites": (rho + sum(sites), 3 * expected),
            "the strongest thousandth": (rho * strongest, expected * strongest),
        }
        for how, released in forms.items():
            found = [
                ol.membership_scores(*released, own[0][who], own[1][who]) for who in (members, others, more)
            ]
            scores.setdefault((how, "typical"), []).append((found[0], found[1]))
            scores.setdefault((how, "control"), []).append((found[2], found[1]))
    for (how, person), trials in scores.items():
        success = ol.attack_success(*zip(*trials, strict=True), random_state=0)
        yield {"what": "correlations", "how": how, "state": "no", "person": person, **success._asdict()}


def weight_attacks(
    world: Population, n: int, n_trials: int, n_known: int = 60
) -> tuple[list[dict], list[dict]]:
    """Rebuild people from the weights of an autoencoder and a few of their genes, and look for them."""
    trials, rebuilt = [], {"member": [], "other": []}
    for trial in range(n_trials):
        rng = np.random.default_rng(trial)
        order = rng.permutation(len(world.genes))
        X = standardised(world.genes)[order[: 2 * n]]
        model = ol.OmicsAutoencoder(n_latent=4, hidden=(16,), max_epochs=20, random_state=trial).fit(X[:n])
        space = model.space_
        trials.append((-space.residual_share(X[:n]), -space.residual_share(X[n:])))
        places = rng.permutation(X.shape[1])
        known, rest = places[:n_known], places[n_known:]
        for who, people in (("member", X[:n]), ("other", X[n:])):
            found = [ol.rebuild_sample(space, known, x[known]) for x in people]
            alike = [np.corrcoef(f[rest], x[rest])[0, 1] for f, x in zip(found, people, strict=True)]
            rebuilt[who].append(np.mean(alike))
    success = ol.attack_success(*zip(*trials, strict=True), random_state=0)
    row = {"what": "weights", "how": "the row space in model.safetensors", "state": "no", "person": "typical"}
    spread = [
        {"person": who, "n_known": n_known, "n_features": X.shape[1], "correlation": np.mean(values),
         "low": np.min(values), "high": np.max(values)}
        for who, values in rebuilt.items()
    ]  # fmt: skip
    return [row | success._asdict()], spread


# --- metadata, and noise ---


def linkage(n: int, n_trials: int, k: int = 5) -> Iterator[dict]:
    """Look up the people of a study in a register of ten thousand by what its metadata say."""
    columns = ["age", "sex", "region"]
    found: dict[str, list] = {"as it is": [], "grouped": []}
    kept: dict[str, list] = {"as it is": [], "grouped": []}
    for trial in range(n_trials):
        rng = np.random.default_rng(trial)
        register = pd.DataFrame(
            {
                "age": rng.integers(20, 80, 10_000),
                "sex": rng.choice(["f", "m"], 10_000),
                "region": "r" + pd.Series(np.minimum(rng.geometric(0.08, 10_000), 40)).astype(str),
            }
        )
        people = rng.choice(10_000, n, replace=False)
        for how, table in (("as it is", register), ("grouped", grouped(register, people, columns, k))):
            used = [column for column in columns if column in table]
            found[how].append(ol.linked_share(table.iloc[people], table, used) if used else 0.0)
            kept[how].append(len(used))
    for how, shares in found.items():
        means = np.random.default_rng(0).choice(shares, (2000, len(shares))).mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        yield {"how": how, "k": k, "linked": np.mean(shares), "low": low, "high": high,
               "chance": 1e-4, "columns_kept": np.mean(kept[how]), "columns": len(columns)}  # fmt: skip


def grouped(register: pd.DataFrame, people: np.ndarray, columns: list[str], k: int) -> pd.DataFrame:
    """Make columns coarser, and drop them in the end, until k people of the study share each combination."""
    large = ["r1", "r2", "r3", "r4"]
    steps: list[Callable[[pd.DataFrame], pd.DataFrame]] = [
        lambda table: table.assign(age=table["age"] // 20),
        lambda table: table.assign(region=table["region"].where(table["region"].isin(large), "other")),
        lambda table: table.drop(columns="region"),
        lambda table: table.drop(columns="age"),
    ]  # fmt: skip
    for step in [lambda table: table, *steps]:
        register = step(register)
        used = [column for column in columns if column in register]
        if register.iloc[people].groupby(used).size().min() >= k:
            return register
    return register.drop(columns=columns, errors="ignore")


def noise(world: Population, n: int, n_draws: int = 200) -> Iterator[dict]:
    """Say how far each number is off if the whole ε is spent on it, in draws of OpenDP."""
    F = shadow_studies(world, n, 1, 0, None, 11)
    shares = {"held-out R²": part(F, "mean")[0, 0], "average precision": part(F, "ranking")[0, 0]}
    shares["latent pairs beyond 0.5"] = strong_share(F)[0, 0]
    levels = [f"level {i + 1}" for i in range(3)]
    for epsilon in EPSILONS:
        for what in ("samples by group", *shares):
            asked = {what: levels} if what not in shares else {}
            plan = ol.noise_plan(n, asked, [] if asked else [what], epsilon).iloc[0]
            exact = [n / 3] * 3 if asked else [float(shares[what])]
            draws = np.array(
                [ol.laplace(float, plan["sensitivity"] / epsilon)(exact) for _ in range(n_draws)]
            )
            error = float(np.quantile(np.abs(draws - exact), 0.95))
            yield {
                "n_samples": n, "epsilon": epsilon, "what": what, "exact": exact[0], "error": error,
                "range": plan["range"], "released": bool(plan["released"]),
                "bound": 1 / (1 + np.exp(-epsilon)),
            }  # fmt: skip


# --- everything ---


def tables(n_trials: int, n_targets: int, n_studies: int) -> dict[str, pd.DataFrame]:
    """Make all tables of the page, a row a form, kind of person and number of samples."""
    small, large = Population.simulate(600, 200, 40, 1), Population.simulate(800, 1000, 100, 2)
    rows: dict[str, list[dict]] = {
        name: [] for name in ("membership", "informed", "price", "rebuilt", "linkage", "noise")
    }
    with Parallel(2) as jobs:
        for n in SIZES:
            weights, rebuilt = weight_attacks(large, n, max(n_trials // 5, 2))
            found = {
                "membership": [
                    *weights,
                    *correlation_attacks(large, n, n_trials),
                    *shadow_attacks(small, n, n_targets, n_studies, jobs),
                ],
                "informed": informed_attacks(small, n, n_trials),
                "price": price_of(small, n, 2 * n_trials),
                "rebuilt": rebuilt,
                "linkage": linkage(n, n_trials),
            }
            for name, of_n in found.items():
                rows[name] += [{"n_samples": n} | row for row in of_n]
    rows["noise"] = [row for n in (*SIZES, 200) for row in noise(small, n)]
    return {name: pd.DataFrame(of_name) for name, of_name in rows.items()}


def main() -> None:
    """Attack, print what came of it, and keep the tables where that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=100, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--targets", type=int, default=16, metavar="N", help="people looked for by shadow studies"
    )
    parser.add_argument(
        "--studies", type=int, default=100, metavar="N", help="shadow studies a person, with and without"
    )
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/disclosure")
    arguments = parser.parse_args()
    start = time.perf_counter()
    found = tables(arguments.trials, arguments.targets, arguments.studies)
    for name, table in found.items():
        print(f"== {name}\n{table.round(3).to_string(index=False)}")
    print(f"{(time.perf_counter() - start) / 60:.1f} minutes")
    if arguments.store:
        settings = {
            "n_trials": arguments.trials, "n_targets": arguments.targets, "n_studies": arguments.studies,
            "n_samples": list(SIZES), "n_folds": N_FOLDS, "n_latent": N_LATENT,
        }  # fmt: skip
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        ol.write_evidence("disclosure", found, script=script, command="make disclosure", settings=settings)


if __name__ == "__main__":
    main()
