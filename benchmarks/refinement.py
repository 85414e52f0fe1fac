"""Does the refinement improve the ranking? Planted truth, real truth, a null, and which world a study is in.

    python benchmarks/refinement.py                                    ten studies a design
    python benchmarks/refinement.py --seeds 3 --world-seeds 5          a first look
    python benchmarks/refinement.py --store                            smaller studies, for the book
    python benchmarks/refinement.py --study FOLDER --covariates tissue a real study with known pairs

Designs are 21 samples × 4,000 genes × 400 metabolites, 12 modules, strength 0.68 (with
`--store` 21 × 1,000 × 100, 8 modules, 0.75), fixed before any refinement was tried.
Everything was set on seeds below 100; what is printed here is from seeds 100 on, for
the worlds from 200 on. Every seed is shown. A `null` study has no truth: its own modules
of genes and of metabolites, which have nothing to do with each other, are paired as if they had.

Known pairs are learnt from with whole families of metabolites held out (and, on a
real study, with single metabolites beside it); what they say alone has a row of its
own. `network, null` is the network on a rewired graph, or its filter rotated.

The filter for links was set on simulated studies and on one real one, cell lines with
known enzymes (`ccle_dev`): figures of that one are development figures.

MOFA2 wants the extra `bench`; without it its column is empty, and a line says so.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

import omics_lib as ol

ROOT = Path(__file__).resolve().parent.parent
KINDS = {"transcriptomics": "counts", "metabolomics": "abundance"}
DESIGNS = ("modules", "links", "nonlinear", "null")
EXPECTED = {
    "modules": "modules",
    "links": "links",
    "nonlinear": "curves",
    "null": "none",
    "confounded": "none",
}
STRENGTH = 0.68
SIZES = {  # samples, genes, metabolites; modules; strength
    "21 × 4,000 × 400": ((21, 4000, 400), 12, STRENGTH),
    "21 × 1,000 × 100": ((21, 1000, 100), 8, 0.75),
    "21 × 800 × 80": ((21, 800, 80), 6, 0.7),
    "36 × 800 × 120": ((36, 800, 120), 4, 0.7),
    "60 × 2,000 × 200": ((60, 2000, 200), 8, 0.5),
}
REPORTED = 100  # the first seed that nothing was set on
REPORTED_WORLDS = 200  # those of the worlds from 100 on were seen before the last change of the rule
METRICS = ("average_precision", "mrr")


def tables_of(study: Any, kinds: dict[str, str] = KINDS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Preprocess a study as the book does."""
    data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in kinds.items()})
    genes, metabolites = (ol.preprocessed_table(data, name) for name in kinds)
    return genes, metabolites


def simulated(design: str, seed: int, size: str) -> tuple[pd.DataFrame, pd.DataFrame, Any]:
    """Draw a study; return both tables and the study."""
    shape, n_modules, strength = SIZES[size]
    study = ol.simulate_study(
        *shape, design=design, n_modules=n_modules, strength=strength, random_state=seed
    )
    return *tables_of(study), study


def own_modules(study: Any, genes: pd.DataFrame, metabolites: pd.DataFrame) -> pd.DataFrame:
    """Pair the modules of two unrelated tables as if they were shared."""
    sides = [
        study[name].var["module"].loc[table.columns].rename_axis(column).reset_index()
        for name, table, column in (
            ("transcriptomics", genes, "gene_id"),
            ("metabolomics", metabolites, "metabolite_id"),
        )
    ]
    pairs = sides[0][sides[0]["module"] >= 0].merge(sides[1], on="module")
    return pairs[["gene_id", "metabolite_id"]]


def peak_mb() -> float:
    """Return the most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(call: Any) -> tuple[Any, float]:
    """Return what `call` returns, and its seconds."""
    start = time.perf_counter()
    return call(), time.perf_counter() - start


def all_rankings(
    genes: pd.DataFrame, metabolites: pd.DataFrame, known: pd.DataFrame, seed: int, gat: bool, **removed: Any
) -> tuple[dict[str, ol.Ranking], str, dict[str, float]]:
    """Rank by every method; return the rankings, the world, and seconds."""
    rankings = ol.baseline_rankings(genes, metabolites, **removed)
    seconds = {}
    mofa, seconds["MOFA2"] = timed(
        lambda: (
            ol.mofa_ranking(genes, metabolites, random_state=seed, **removed) if ol.mofa_installed() else None
        )
    )
    rankings["MOFA2"] = ol.Ranking(mofa, "baseline")

    def refined() -> tuple[Any, Any]:
        pairs = ol.associate(genes, metabolites, **removed).pairs
        graph = ol.build_graph(pairs, genes, metabolites, prior_pairs=known, **removed)
        return graph, ol.refine(graph, genes, metabolites, random_state=seed, **removed)

    (graph, result), seconds["network"] = timed(refined)
    rankings["network"] = ol.Ranking(result.network_scores, "network")
    rankings["network, null"] = ol.Ranking(result.rewired, "null")
    if result.known_alone is not None:
        rankings |= learnt(result)
    if gat and result.world.name == "modules":
        options = {"model": "gat", "world": result.world, "use_known": False, "random_state": seed}
        again = ol.refine(graph, genes, metabolites, **options, **removed)
        rankings["network (gat)"] = ol.Ranking(again.scores, "network")
    return rankings, result.world.name, seconds


def learnt(result: ol.Refinement, held: str = "") -> dict[str, ol.Ranking]:
    """Return the rankings that have learnt from known pairs, named with what was held out."""
    return {
        f"known pairs alone{held}": ol.Ranking(result.known_alone, "known"),
        f"network + known pairs{held}": ol.Ranking(result.scores, "learnt"),
    }


def scored(rankings: dict[str, ol.Ranking], known: pd.DataFrame) -> list[tuple[str, str, float, float]]:
    """Return kind, average precision and mean reciprocal rank of every ranking."""
    rows = []
    for method, ranking in rankings.items():
        if ranking.scores is not None:
            result = ol.evaluate_ranking(ranking.scores, known, n_permutations=0, n_bootstrap=0)
            rows.append((method, ranking.kind, *(float(result[metric]) for metric in METRICS)))
    return rows


def one_study(design: str, seed: int, gat: bool, size: str) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Score every method on one simulated study."""
    with threadpool_limits(1):
        genes, metabolites, study = simulated(design, seed, size)
        known = study.uns["known_pairs"] if design != "null" else own_modules(study, genes, metabolites)
        rankings, world, seconds = all_rankings(genes, metabolites, known, seed, gat)
        if design == "null":  # what refinement would do to it, if it did not fall back
            graph = ol.build_graph(ol.associate(genes, metabolites).pairs, genes, metabolites)
            options = {"world": "modules", "random_state": seed}
            as_if = ol.refine(graph, genes, metabolites, **options).scores
            rankings["network, as if modules"] = ol.Ranking(as_if, "network")
        chance = float(
            ol.evaluate_ranking(rankings["Spearman"].scores, known, n_permutations=0)[
                "average_precision_chance"
            ]
        )
        rows = [
            {
                "design": design,
                "seed": seed,
                "world": world,
                "method": method,
                "kind": kind,
                "average_precision": ap,
                "mrr": mrr,
            }
            for method, kind, ap, mrr in [*scored(rankings, known), ("chance", "chance", chance, np.nan)]
        ]
    return rows, seconds | {"peak MB": peak_mb()}


def world_of(design: str, seed: int, size: str) -> tuple[str, str, int, str]:
    """Return which world a simulated study is said to be in."""
    with threadpool_limits(1):
        genes, metabolites, study = simulated(design, seed, size)
        covariates = study.obs[["batch"]] if design == "confounded" else None
        return (
            size,
            design,
            seed,
            ol.study_world(genes, metabolites, covariates=covariates, random_state=seed).name,
        )


def show(text: str = "") -> None:
    """Print a line at once: the whole takes minutes."""
    print(text, flush=True)


def table(frame: pd.DataFrame, digits: int = 4) -> None:
    """Print a table."""
    show(frame.round(digits).fillna("–").to_string())


def ratios(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Compare the network with the others, seed by seed."""
    wide = rows.pivot(index="seed", columns="method", values=metric)
    rivals = rows.loc[rows["kind"].isin(["correlation", "baseline"]), "method"].unique()
    best = wide[rivals].median().idxmax()
    compared = {"Spearman": wide["Spearman"], f"best baseline ({best})": wide[best]}
    if "MOFA2" in wide:
        compared["MOFA2"] = wide["MOFA2"]
    found = []
    for name, theirs in compared.items():
        ratio = wide["network"] / theirs
        found.append((name, ratio.median(), ratio.min(), ratio.max(), int((ratio >= 1).sum()), len(ratio)))
    return pd.DataFrame(
        found, columns=["network over", "median", "min", "max", "not below", "studies"]
    ).set_index("network over")


def planted(n_seeds: int, n_jobs: int, size: str) -> pd.DataFrame:
    """Score every method on simulated studies of every design; return a row a study and method."""
    jobs = [(design, REPORTED + k, design == "modules", size) for design in DESIGNS for k in range(n_seeds)]
    found = Parallel(n_jobs)(delayed(one_study)(*job) for job in jobs)
    rows = pd.DataFrame([row for part, _ in found for row in part])
    for design, part in rows.groupby("design", sort=False):
        show(f"\n== {design}: average precision, every seed")
        table(
            part.pivot(index="seed", columns="method", values="average_precision").assign(
                world=part.groupby("seed")["world"].first()
            )
        )
        middle = part.groupby("method")[list(METRICS)].agg(["median", "min", "max"])
        table(middle.sort_values(("average_precision", "median"), ascending=False))
        if design != "null":
            table(ratios(part, "average_precision"), 2)
    seconds = pd.DataFrame([part for _, part in found])
    show("\n== Seconds for one study of this size: associations to network and its null; MOFA2's fit")
    table(seconds.drop(columns="peak MB").agg(["median", "min", "max"]), 1)
    ratio = seconds["MOFA2"] / seconds["network"]
    show(f"largest process: {seconds['peak MB'].max():.0f} MB")
    show(f"MOFA2 takes {ratio.median():.2f} times as long (from {ratio.min():.2f} to {ratio.max():.2f})")
    return rows


def worlds(n_seeds: int, n_jobs: int) -> pd.DataFrame:
    """Count how often a simulated study is put into the wrong world; return a row a study."""
    jobs = [
        (design, REPORTED_WORLDS + k, size) for size in SIZES for design in EXPECTED for k in range(n_seeds)
    ]
    found = Parallel(n_jobs)(delayed(world_of)(*job) for job in jobs)
    rows = pd.DataFrame(found, columns=["size", "design", "seed", "world"])
    last = REPORTED_WORLDS + n_seeds - 1
    show(f"\n== Which world? Seeds {REPORTED_WORLDS} to {last}; batch regressed out of `confounded`")
    table(rows.groupby(["size", "design", "world"], sort=False).size().unstack(fill_value=0))
    wrong = rows["world"] != rows["design"].map(EXPECTED)
    show(f"{wrong.sum()} of {len(rows)} are in the wrong world")
    linear = rows["design"] != "nonlinear"
    show(f"{(wrong & linear).sum()} of {linear.sum()} without `nonlinear`, where curves take more samples")
    return rows.assign(expected=rows["design"].map(EXPECTED))


def store(rankings: pd.DataFrame, found: pd.DataFrame, arguments: argparse.Namespace) -> None:
    """Keep both tables for the book."""
    (n_samples, n_genes, n_metabolites), n_modules, strength = SIZES[arguments.size]
    settings = {
        "n_samples": n_samples,
        "n_genes": n_genes,
        "n_metabolites": n_metabolites,
        "n_modules": n_modules,
        "strength": strength,
        "first_seed": REPORTED,
        "first_seed_worlds": REPORTED_WORLDS,
        "n_seeds": arguments.seeds,
        "n_seeds_worlds": arguments.world_seeds,
    }
    script = Path(__file__).resolve().relative_to(ROOT).as_posix()
    tables = {"rankings": rankings, "worlds": found}
    ol.write_evidence("rankings", tables, script=script, command="make rankings", settings=settings)


def real(folder: Path, covariates: list[str], n_seeds: int) -> None:
    """Score every method on a real study, with and without known pairs to learn from."""
    kinds = dict.fromkeys(KINDS, "log")
    study = ol.read_study(folder, parameters={f"{name}_kind": kind for name, kind in kinds.items()})
    genes, metabolites = tables_of(study, kinds)
    known = ol.pairs_among(study.uns.get("known_pairs"), genes.columns, metabolites.columns)
    if known is None:
        raise SystemExit(f"{folder} has no known pairs")
    removed = {"covariates": study.obs[covariates]} if covariates else {}
    rankings, world, seconds = all_rankings(genes, metabolites, known, 0, False, **removed)
    show(f"\n== {folder.name}: {len(genes)} × {genes.shape[1]:,} × {metabolites.shape[1]}, world: {world}")
    pairs = ol.associate(genes, metabolites, **removed).pairs
    graph = ol.build_graph(pairs, genes, metabolites, prior_pairs=known, **removed)
    del rankings["known pairs alone"], rankings["network + known pairs"]
    for hold_out in ("family", "metabolite"):
        for seed in range(n_seeds):
            options = {"world": world, "hold_out": hold_out, "random_state": seed}
            result = ol.refine(graph, genes, metabolites, **options, **removed)
            rankings |= learnt(result, f", {hold_out} held out, seed {seed}")
    evaluation = ol.compare_rankings(rankings, known, random_state=0)
    for metric in METRICS:
        show(f"{metric}, 95% interval over metabolites, chance and p from permuted genes")
        table(ol.metric_table(evaluation, metric).set_index("method"))
    show(f"seconds: network {seconds['network']:.1f}, MOFA2 {seconds['MOFA2']:.1f}; {peak_mb():.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10, help="studies a design")
    parser.add_argument("--world-seeds", type=int, default=10, help="studies a design and size")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--study", type=Path, help="a study folder with known pairs, values on a log scale")
    parser.add_argument("--covariates", nargs="*", default=[])
    parser.add_argument("--size", choices=SIZES, help="of the studies that are ranked")
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/rankings")
    arguments = parser.parse_args()
    arguments.size = arguments.size or list(SIZES)[1 if arguments.store else 0]
    start = time.perf_counter()
    if not ol.mofa_installed():
        show("mofapy2 is not installed (extra `bench`): MOFA2 is left out")
    if arguments.study:
        real(arguments.study, arguments.covariates, 5)
    else:
        rankings = planted(arguments.seeds, arguments.jobs, arguments.size)
        found = worlds(arguments.world_seeds, arguments.jobs)
        if arguments.store:
            store(rankings, found, arguments)
    show(f"\n{time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    sys.exit(main())
