"""All pairs at once: time and memory beside CorALS and the pair-by-pair loop, and how both grow.

    python benchmarks/associations.py                     five repeats, a quarter of an hour on two cores
    python benchmarks/associations.py --parts speed       one part only (speed, growth)

Each measurement is a process of its own on the same simulated tables, the
rivals taking turns. CorALS (Becker et al. 2023, doi:10.1038/s43588-023-00429-y)
runs in an environment of its own, set up on first use under .cache/, because
it wants NumPy 1. Its call is that of its README, the 0.1% strongest pairs.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import venv
from pathlib import Path

import numpy as np

N_SAMPLES, N_GENES, N_METABOLITES = 21, 132_129, 6_980
CORALS = Path(__file__).resolve().parent.parent / ".cache" / "corals"
SIZES = [
    (21, 13_213, 6_980),
    (21, 132_129, 698),
    (21, 132_129, 6_980),
    (21, 264_258, 13_960),
    (100, 132_129, 6_980),
    (500, 132_129, 6_980),
    (1000, 132_129, 6_980),
]


def tables(n_samples: int, n_genes: int, n_metabolites: int) -> tuple[np.ndarray, np.ndarray]:
    """Simulate two tables; a tenth of the features of either follow eight factors that both share."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(n_samples, 8)).astype(np.float32)
    found = []
    for n in (n_genes, n_metabolites):
        X = rng.normal(size=(n_samples, n)).astype(np.float32)
        X[:, : n // 10] += 2 * factors[:, np.arange(n // 10) % 8]
        found.append(X)
    return found[0], found[1]


def ours(*size: int) -> dict[str, float]:
    """Rank; count, find the Benjamini-Hochberg threshold and gather; permute once."""
    from omics_lib.associations._permutations import Tables, Testing, permute
    from omics_lib.correlation import Profiles, null_for

    def measure(size: tuple[int, ...]) -> dict[str, float]:
        X, Y = tables(*size)
        start = time.perf_counter()
        profiles = Profiles.of(X, Y)
        both = Tables(profiles, Testing(n_permutations=2, random_state=0))
        blocks = both.blocks(null_for("spearman", "exact", profiles.degrees_of_freedom))
        ranked = time.perf_counter()
        found = both.observed(blocks).rejected(0.05)
        n = sum(len(part) for part in found.parts())
        tested = time.perf_counter()
        permute(both, blocks)
        permuted = time.perf_counter()
        return {
            "ranking": ranked - start,
            "testing": tested - ranked,
            "permutation": (permuted - tested) / 2,
            "significant": n,
        }

    measure((size[0], 50, 50))  # compile, and prepare the null distribution of so many samples
    return measure(size)


def corals(*size: int) -> dict[str, float]:
    """Find the 0.1% strongest pairs, ranking included."""
    from corals.correlation.topk.default import cor_topk  # type: ignore[import-not-found]

    small = tables(size[0], 500, 500)
    cor_topk(*small, k=0.001, correlation_type="spearman", n_jobs=2)
    X, Y = tables(*size)
    start = time.perf_counter()
    values, _ = cor_topk(X, Y, k=0.001, correlation_type="spearman", n_jobs=2)
    return {"all": time.perf_counter() - start, "pairs": len(values)}


def loop(*size: int) -> dict[str, float]:
    """Time 1,000 calls of scipy.stats.spearmanr, and extrapolate."""
    from scipy.stats import spearmanr

    X, Y = tables(size[0], 1000, 1000)
    start = time.perf_counter()
    for k in range(1000):
        spearmanr(X[:, k], Y[:, k])
    return {"all": (time.perf_counter() - start) / 1000 * size[1] * size[2]}


MEASURES = {"ours": ours, "corals": corals, "loop": loop}


def apart(measure: str, *size: int) -> dict[str, float]:
    """Measure in a process of its own."""
    python = CORALS / "bin" / "python" if measure == "corals" else sys.executable
    command = [str(python), __file__, "--one", measure, *map(str, size)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def spread(rows: list[dict[str, float]], name: str, form: str = ".2f") -> str:
    values = [row[name] for row in rows]
    return f"{np.median(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def speed_part(repeats: int) -> None:
    if not CORALS.exists():
        venv.create(CORALS, with_pip=True)
        subprocess.run([CORALS / "bin/pip", "install", "--quiet", "corals==0.1.7"], check=True)
    size = (N_SAMPLES, N_GENES, N_METABOLITES)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in MEASURES}
    for _ in range(repeats):
        for name, rows in found.items():
            rows.append(apart(name, *size))
    here = [row["testing"] for row in found["ours"]]
    whole = [row["testing"] + row["ranking"] for row in found["ours"]]
    print(f"\n== {N_GENES:,} x {N_METABOLITES:,} pairs of {N_SAMPLES} samples; median of {repeats} (range)\n")
    for part in ("ranking", "testing", "permutation"):
        print(f"this library, {part:11}  {spread(found['ours'], part):>24} s")
    print(f"  peak memory               {spread(found['ours'], 'peak', '.0f'):>24} MB")
    print(f"  significant at FDR 5%     {found['ours'][0]['significant']:>24,.0f}")
    print(f"CorALS, ranking and top 0.1%{spread(found['corals'], 'all'):>24} s")
    print(f"  peak memory               {spread(found['corals'], 'peak', '.0f'):>24} MB")
    print(f"spearmanr loop, extrapolated{spread(found['loop'], 'all', ',.0f'):>24} s\n")
    for name in ("corals", "loop"):
        all_of_it = [row["all"] for row in found[name]]
        for label, mine in (("testing alone", here), ("ranking and testing", whole)):
            ratios = np.array(all_of_it) / mine
            print(f"{name} / {label}: {np.median(ratios):,.1f} ({ratios.min():,.1f}-{ratios.max():,.1f})")


def growth_part(repeats: int) -> None:
    print("\n== Growth: seconds, median of the repeats, and peak memory\n")
    print(f"{'samples':>8} {'genes':>9} {'metabolites':>12} {'ranking':>8} {'testing':>8} "
          f"{'permutation':>12} {'peak, MB':>9} {'tables, MB':>11} {'significant':>12}")  # fmt: skip
    for size in SIZES:
        rows = [apart("ours", *size) for _ in range(repeats)]
        middle = {name: np.median([row[name] for row in rows]) for name in rows[0]}
        stored = size[0] * (size[1] + size[2]) * 4 / 2**20
        print(f"{size[0]:8,} {size[1]:9,} {size[2]:12,} {middle['ranking']:8.2f} {middle['testing']:8.2f} "
              f"{middle['permutation']:12.2f} {middle['peak']:9,.0f} {stored:11,.0f} "
              f"{middle['significant']:12,.0f}", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="+", choices=["speed", "growth"], default=["speed", "growth"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        result = MEASURES[chosen.one[0]](*map(int, chosen.one[1:]))
        result["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
        return
    for part in chosen.parts:
        {"speed": speed_part, "growth": growth_part}[part](chosen.repeats)


if __name__ == "__main__":
    main()
