"""How time and memory grow: every public function that sees genes, from 10,000 to a million of them.

    python benchmarks/growth.py                                  half an hour on two cores, and 5 GB at most
    python benchmarks/growth.py --genes 2000 20000 --samples 21 50 --at-genes 5000     a first look
    python benchmarks/growth.py --functions associate refine     some of them only

Genes grow at 21 samples, samples at 20,000 genes. Each measurement is a process of its own on the same
simulated tables, warmed up on a small one; what its inputs took is left out of the seconds, and stands
beside the peak memory as what the process held before. A process that would take more than --memory GB,
or --patience seconds, is ended, and its row says so. `--store` keeps the table for the book.

MOFA2, a rival with a package of its own, is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import mudata
import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import omics_lib as ol
from omics_lib.pairs import Products

GENES, SAMPLES, AT_SAMPLES, AT_GENES = (10_000, 100_000, 1_000_000), (21, 100, 1_000), 21, 20_000
N_METABOLITES, N_LATENT, N_PERMUTATIONS = 500, 8, 9
SMALL = (300, 40)  # features to warm up with: imports, compiled loops, the null of so many samples
OUT_OF_MEMORY, OUT_OF_TIME, FAILED = "out of memory", "out of time", "failed"
# As in a stage of a run: one thread, and two for the stream of all pairs.
THREADS = dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"], "1"
)
THREADS |= {"OMICS_THREADS": "2"}
Call = Callable[[], Any]


class Inputs:
    """Tables in which a tenth of the features of either follow eight factors that both share."""

    def __init__(self, n_samples: int, n_genes: int, n_metabolites: int, folder: Path) -> None:
        rng = np.random.default_rng(0)
        factors = rng.normal(size=(n_samples, 8)).astype(np.float32)
        samples = [f"S{i:04d}" for i in range(n_samples)]
        self.tables = []
        for letter, n in (("g", n_genes), ("m", n_metabolites)):
            X = rng.normal(size=(n_samples, n)).astype(np.float32)
            X[:, : n // 10] += 2 * factors[:, np.arange(n // 10) % 8]
            X -= X.mean(axis=0)
            X /= X.std(axis=0)
            names = [f"{letter}{j}" for j in range(n)]
            self.tables.append(pd.DataFrame(X.astype(float), samples, names))
        self.genes, self.metabolites = self.tables
        latents = [f"latent_{k}" for k in range(8)]
        self.latents = [pd.DataFrame(factors + 0.3 * rng.normal(size=factors.shape), samples, latents)] * 2
        self.known = pd.DataFrame(
            {"gene_id": self.genes.columns[:20], "metabolite_id": self.metabolites.columns[:20]}
        )
        self.group = pd.DataFrame({"group": np.array(list("ab") * n_samples)[:n_samples]}, samples)
        self.folder = folder / f"{n_samples}x{n_genes}"
        self.folder.mkdir(exist_ok=True)

    def study(self) -> mudata.MuData:
        """Return both tables as they would have been measured."""
        raw = [np.floor(np.exp2(self.genes.clip(-4, 4) + 5)), np.exp2(self.metabolites.clip(-4, 4))]
        study = mudata.MuData({name: anndata.AnnData(X) for name, X in zip(ol.MODALITIES, raw, strict=True)})
        study.obs["group"] = self.group["group"].to_numpy()
        return study

    def preprocessed(self) -> mudata.MuData:
        """Return the study preprocessed."""
        return ol.preprocess_study(self.study(), PIPELINES())

    def pairs(self) -> pd.DataFrame:
        """Return the significant pairs."""
        return ol.associate(*self.tables, max_pairs=100_000).pairs

    def graph(self) -> Any:
        """Return the graph."""
        return ol.build_graph(self.pairs(), *self.tables)

    def refined(self) -> Any:
        """Return a refined ranking, the plain one."""
        return ol.refine(self.graph(), *self.tables, world="none", random_state=0)

    def rankings(self) -> dict[str, ol.Ranking]:
        """Return two rankings of all pairs."""
        profiles = ol.Profiles.of(*self.tables)
        sides = profiles.unit_left.T, profiles.unit_right.T
        plain = Products(profiles.names, [sides])
        return {
            "Spearman": ol.Ranking(plain, "correlation"),
            "some samples": ol.Ranking(
                Products(profiles.names, [tuple(s[:, :9] for s in sides)]), "baseline"
            ),
        }

    def listed(self) -> pd.DataFrame:
        """Return what `refined.parquet` lists of one metabolite."""
        rho = np.linspace(-1, 1, self.genes.shape[1])
        return pd.DataFrame(
            {"gene": self.genes.columns, "metabolite": "m0", "rho": rho, "score": np.cos(5 * rho) ** 2}
        )

    def autoencoder(self) -> Any:
        """Return an autoencoder, not fitted."""
        return ol.OmicsAutoencoder(hidden=(64,), n_latent=N_LATENT, max_epochs=30, random_state=0)


def PIPELINES() -> dict[str, Any]:
    return {"transcriptomics": ol.preprocessor("counts"), "metabolomics": ol.preprocessor("abundance")}


def _written(given: Inputs) -> Path:
    ol.write_study(given.study(), given.folder / "study.h5mu")
    return given.folder / "study.h5mu"


def _as_folder(given: Inputs) -> Path:
    return ol.write_study_folder(given.study(), given.folder / "study")


def _model(given: Inputs) -> tuple[Any, np.ndarray]:
    X = given.genes.to_numpy()
    return given.autoencoder().fit(X), X


def _prepared(make: Callable[[Inputs], Any], act: Callable[[Inputs, Any], Any]) -> Callable[[Inputs], Call]:
    """Make what a function takes, and return the call of it."""

    def prepare(given: Inputs) -> Call:
        made = make(given)
        return lambda: act(given, made)

    return prepare


def _table(refined: Any, given: Inputs) -> pd.DataFrame:
    return ol.ranked_table(refined, ol.residual_degrees_of_freedom(len(given.genes)))


STUDY = Inputs.study
FUNCTIONS: dict[str, Callable[[Inputs], Call]] = {
    "simulate_study": _prepared(
        lambda g: None, lambda g, _: ol.simulate_study(*g.genes.shape, g.metabolites.shape[1], random_state=0)
    ),
    "write_study_folder": _prepared(STUDY, lambda g, s: ol.write_study_folder(s, g.folder / "new")),
    "read_study": _prepared(_as_folder, lambda g, path: ol.read_study(path)),
    "write_study": _prepared(STUDY, lambda g, s: ol.write_study(s, g.folder / "s.h5mu")),
    "read_stage": _prepared(_written, lambda g, path: ol.read_stage(path)),
    "advise": _prepared(STUDY, lambda g, s: ol.advise(s, ol.default_parameters())),
    "unusual_samples": _prepared(
        lambda g: {"genes": g.study()["transcriptomics"].to_df()},
        lambda g, tables: ol.unusual_samples(tables, {"genes": "counts"}),
    ),
    "preprocess_study": _prepared(STUDY, lambda g, s: ol.preprocess_study(s, PIPELINES())),
    "preprocessed_table": _prepared(
        Inputs.preprocessed, lambda g, s: ol.preprocessed_table(s, "transcriptomics")
    ),
    "table_sha256": _prepared(lambda g: None, lambda g, _: ol.table_sha256(g.genes)),
    "OmicsAutoencoder.fit": _prepared(
        lambda g: g.genes.to_numpy(), lambda g, X: g.autoencoder().fit(X)
    ),
    "OmicsAutoencoder.transform": _prepared(_model, lambda g, m: m[0].transform(m[1])),
    "cross_validate_reconstruction": _prepared(
        lambda g: make_pipeline(StandardScaler(), g.autoencoder()),
        lambda g, m: ol.cross_validate_reconstruction({"autoencoder": m}, g.genes, n_folds=3, random_state=0),
    ),
    "feature_importance": _prepared(_model, lambda g, m: ol.feature_importance(*m)),
    "write_autoencoder": _prepared(
        _model, lambda g, m: ol.write_autoencoder(m[0], g.folder / "m.safetensors", table_sha256="0" * 64)
    ),
    "Profiles.of": _prepared(lambda g: None, lambda g, _: ol.Profiles.of(*g.tables)),
    "associate": _prepared(
        lambda g: None,
        lambda g, _: ol.associate(
            *g.tables, n_permutations=N_PERMUTATIONS, max_pairs=100_000, random_state=0
        ),
    ),
    "compare_covariates": _prepared(
        lambda g: None, lambda g, _: ol.compare_covariates(*g.tables, g.group)
    ),
    "decode_latent_pairs": _prepared(
        lambda g: None,
        lambda g, _: ol.decode_latent_pairs(
            *g.tables, *g.latents, n_permutations=N_PERMUTATIONS, random_state=0
        ),
    ),
    "build_graph": _prepared(Inputs.pairs, lambda g, pairs: ol.build_graph(pairs, *g.tables)),
    "study_world": _prepared(lambda g: None, lambda g, _: ol.study_world(*g.tables, random_state=0)),
    "refine, modules": _prepared(
        Inputs.graph, lambda g, graph: ol.refine(graph, *g.tables, world="modules", random_state=0)
    ),
    "refine, links": _prepared(
        Inputs.graph, lambda g, graph: ol.refine(graph, *g.tables, world="links", random_state=0)
    ),
    "ranked_table": _prepared(Inputs.refined, lambda g, refined: _table(refined, g)),
    "rank_candidates": _prepared(
        Inputs.listed, lambda g, table: ol.rank_candidates("m0", table)
    ),
    "baseline_rankings": _prepared(lambda g: None, lambda g, _: ol.baseline_rankings(*g.tables)),
    "evaluate_ranking": _prepared(
        Inputs.rankings,
        lambda g, found: ol.evaluate_ranking(found["Spearman"].scores, g.known, random_state=0),
    ),
    "compare_rankings": _prepared(
        Inputs.rankings, lambda g, found: ol.compare_rankings(found, g.known, random_state=0)
    ),
}  # fmt: skip


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(function: str, size: tuple[int, int, int], memory_gb: float) -> dict[str, float | str]:
    """Time one call in this process, and say how much memory the process held before and at most."""
    limit = int(memory_gb * 1e9)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    with tempfile.TemporaryDirectory() as scratch:
        FUNCTIONS[function](Inputs(size[0], *SMALL, Path(scratch)))()
        try:
            call = FUNCTIONS[function](Inputs(*size, Path(scratch)))
            before, start = peak_mb(), time.perf_counter()
            call()
        except MemoryError:
            return {"note": OUT_OF_MEMORY}
        except RuntimeError as error:
            if "alloc" not in str(error):  # PyTorch's way of saying so
                raise
            return {"note": OUT_OF_MEMORY}
        return {"seconds": time.perf_counter() - start, "before_mb": before, "peak_mb": peak_mb()}


def apart(function: str, size: tuple[int, ...], memory_gb: float, patience: float) -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--one", function, *map(str, size), "--memory", str(memory_gb)]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, timeout=patience, env=os.environ | THREADS
        )
    except subprocess.TimeoutExpired:
        return {"note": OUT_OF_TIME}
    return {"note": FAILED} if done.returncode else json.loads(done.stdout)


def grow(chosen: argparse.Namespace) -> pd.DataFrame:
    """Measure every function at every size; a size that failed is not followed by larger ones."""
    sweeps = {
        "genes": [(AT_SAMPLES, n, chosen.metabolites) for n in chosen.genes],
        "samples": [(n, chosen.at_genes, chosen.metabolites) for n in chosen.samples],
    }
    rows = []
    for function in chosen.functions:
        for growing, sizes in sweeps.items():
            for size in sizes:
                found = apart(function, size, chosen.memory, chosen.patience)
                sizes_of = dict(zip(("n_samples", "n_genes", "n_metabolites"), size, strict=True))
                rows.append({"function": function, "growing": growing, **sizes_of, "note": "", **found})
                said = found.get("note") or f"{found['seconds']:9.2f} s {found['peak_mb']:9,.0f} MB"
                print(f"{function:30} {size[0]:6,} × {size[1]:9,}  {said}", flush=True)
                if found.get("note"):
                    break
    columns = ["function", "growing", "n_samples", "n_genes", "n_metabolites"]
    return pd.DataFrame(rows).reindex(columns=[*columns, "seconds", "before_mb", "peak_mb", "note"])


def slopes(table: pd.DataFrame) -> pd.DataFrame:
    """Return the power of the size with which time grows, from the last size but one to the last."""
    rows = []
    for (function, growing), part in table.groupby(["function", "growing"], sort=False):
        done = part[part["seconds"].notna()].tail(2)
        size, seconds = done[f"n_{growing}"].to_numpy(), done["seconds"].to_numpy()
        reached = len(done) == 2
        slope = np.log(seconds[1] / seconds[0]) / np.log(size[1] / size[0]) if reached else np.nan
        ends = (size[0], size[1]) if reached else (np.nan, np.nan)
        rows.append((function, growing, *ends, slope, " ".join(filter(None, part["note"]))))
    return pd.DataFrame(rows, columns=["function", "growing", "from", "to", "slope", "note"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--functions", nargs="+", choices=FUNCTIONS, default=list(FUNCTIONS), metavar="NAME")
    parser.add_argument("--genes", type=int, nargs="+", default=GENES)
    parser.add_argument("--samples", type=int, nargs="+", default=SAMPLES)
    parser.add_argument("--at-genes", type=int, default=AT_GENES)
    parser.add_argument("--metabolites", type=int, default=N_METABOLITES)
    parser.add_argument("--memory", type=float, default=5.0, help="GB that a process may take")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds that a process may take")
    parser.add_argument("--store", action="store_true", help="keep the table in evidence/growth")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        function, *size = chosen.one
        print(json.dumps(measure(function, tuple(map(int, size)), chosen.memory)))
        return
    table = grow(chosen)
    print(table.to_string(index=False))
    print(slopes(table).to_string(index=False))
    if chosen.store:
        settings = {
            "metabolites": chosen.metabolites,
            "permutations": N_PERMUTATIONS,
            "memory_gb": chosen.memory,
            "patience_s": chosen.patience,
        }
        made = {"script": "benchmarks/growth.py", "command": "make growth", "settings": settings}
        ol.write_evidence("growth", {"growth": table.round(4), "slopes": slopes(table).round(3)}, **made)


if __name__ == "__main__":
    main()
