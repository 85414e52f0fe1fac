"""How far off the p-values of Spearman's rho are: in the tail, with covariates, with ties.

    python benchmarks/spearman_null.py        about two minutes; columns are p / truth, 1 is right

Truth is the exact null (first table), or random ranks, every pair of two tables
correlated (the others).
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from scipy import stats

from omics_lib.correlation import two_valued_null
from omics_lib.correlation._nulls import Null
from omics_lib.correlation._spearman_null import _saddlepoint, exact_null

LEVELS = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
N, P = 21, 4000


def edgeworth(rho: np.ndarray, n: int) -> np.ndarray:
    """Two-sided p of Best and Roberts (1975), algorithm AS 89, doi:10.2307/2347111."""
    b, x = 1 / n, rho * np.sqrt(n - 1)
    y = x * x
    tail = y * (0.0879 + 0.0151 * b - y * (0.0072 - 0.0831 * b + y * b * (0.0131 - 4.6e-4 * y)))
    u = x * b * (0.2274 + b * (0.2531 + 0.1745 * b) + y * (-0.0758 + b * (0.1033 + 0.3932 * b) - b * tail))
    return 2 * (u / np.exp(y / 2) + stats.norm.sf(x))


def tails(n: int) -> pd.DataFrame:
    """Compare saddlepoint, Student's t and AS 89 with the exact null of n samples."""
    rho, truth = exact_null(n).values, exact_null(n).tail
    rows = []
    for level in LEVELS:
        i = int(np.argmax(truth <= level))
        at, step = rho[i : i + 1], rho[1] - rho[0]
        found = np.exp(_saddlepoint(n)(at)), Null("t", n - 2).p(at), edgeworth(at - step / 2, n)
        rows.append((level, at[0], *(float(p[0] / truth[i]) for p in found)))
    return pd.DataFrame(rows, columns=["p", "|rho|", "saddlepoint", "t", "AS 89"])


def shown(table: pd.DataFrame) -> str:
    return table.to_string(index=False, float_format="{:.3f}".format, formatters={"p": "{:.0e}".format})


def ranks(rng: np.random.Generator) -> np.ndarray:
    return np.argsort(rng.random((N, P)), axis=0) + 1.0


def simulated(name: str, design: np.ndarray, score, repeats: int, own=None) -> pd.DataFrame:
    """Compare the nulls with random ranks, `design` regressed out and `score` applied to one side.

    `own` is the null that features of two values have in `associate`.
    """
    rng, edges = np.random.default_rng(0), np.linspace(0, 1, 2001)
    basis = np.linalg.qr(np.column_stack([np.ones(N), design]))[0]
    counts = np.zeros(2000)
    for _ in range(repeats):
        sides = [score(ranks(rng)), ranks(rng)]
        sides = [side - basis @ (basis.T @ side) for side in sides]
        left, right = (side / np.linalg.norm(side, axis=0) for side in sides)
        counts += np.histogram(np.abs(left.T @ right), edges)[0]
    truth = counts[::-1].cumsum()[::-1] / counts.sum()
    rows = []
    for level in (1e-2, 1e-4, 1e-6):
        i = int(np.argmax(truth <= level))
        nulls = [Null(kind, N - 1 - basis.shape[1]) for kind in ("exact", "t")] + ([own] if own else [])
        ratios = [float(null.p(edges[i]) / truth[i]) if truth[i] else np.nan for null in nulls]
        rows.append((name, level, edges[i], *ratios, *([] if own else [np.nan])))
    return pd.DataFrame(rows, columns=["case", "p", "|rho|", "exact", "t", "own"])


def mean_ranks(r: np.ndarray) -> np.ndarray:
    """Rank the columns again, ties sharing their mean rank."""
    return stats.rankdata(r, axis=0)


def tied(n_low: int):
    """Give the `n_low` smallest values their mean rank, as zeros have it."""
    return lambda r: np.where(r <= n_low, (n_low + 1) / 2, r)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=25, help="16 million pairs each")
    repeats = parser.parse_args().repeats
    for n in (18, 20, 22):
        print(f"\n== p / exact p, {n} samples\n{shown(tails(n))}", flush=True)
    none = np.empty((N, 0))
    groups = np.arange(N) // 6
    cases = [
        ("no ties, no covariates", none, lambda r: r),
        ("3 covariate columns", np.eye(4)[groups][:, 1:], lambda r: r),
        ("6 covariate columns", np.eye(7)[np.arange(N) // 3][:, 1:], lambda r: r),
        *[(f"{z} of {N} tied", none, tied(z)) for z in (4, 10, 16)],
        ("two values, 10 and 11", none, lambda r: (r > 10) * 1.0, two_valued_null(N, 10)),
        ("two values, 17 and 4", none, lambda r: (r > 17) * 1.0, two_valued_null(N, 4)),
        ("three values, 7 each", none, lambda r: mean_ranks((r > 7) * 1.0 + (r > 14))),
        ("three values, 15, 3, 3", none, lambda r: mean_ranks((r > 15) * 1.0 + (r > 18))),
    ]
    table = pd.concat([simulated(*case[:3], repeats, *case[3:]) for case in cases])
    print(f"\n== p / share of random pairs, {N} samples\n{shown(table)}")


if __name__ == "__main__":
    main()
