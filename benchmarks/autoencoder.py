"""Row-space against dense training of the same autoencoders: time, memory, growth, and held-out R².

    python benchmarks/autoencoder.py                  all, on the studies of `make book` and a simulated one
    python benchmarks/autoencoder.py --parts speed    one part only (speed, nested, growth, held_out, gpu)
    python benchmarks/autoencoder.py --data FOLDER    the study folders pepper and ccle_dev too

Timings come from a process of their own each, the rivals taking turns; medians
are over the repeats. Held-out R² is scikit-learn's 5-fold cross-validation of
the whole pipeline, over several deals of the folds; nothing is chosen on it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold, cross_validate
from sklearn.pipeline import make_pipeline

import omics_lib as ol

N_GENES, N_TRAIN, N_SAMPLES = 132_129, 17, 21
EPOCHS = {"rowspace": 300, "dense": 3}  # so that the start, which varies, is no matter
DENSE = {"solver": "dense", "init": "torch", "skip": False}
PLAIN = {"skip": False, "solver": "rowspace"}
TRAINERS = {
    "dense Adam": DENSE,
    "dense SGD": DENSE | {"optimizer": "sgd", "learning_rate": 0.1},
    "row-space Adam": PLAIN,
    "row-space SGD": PLAIN | {"optimizer": "sgd", "learning_rate": 0.03},
    "default": {},
}


def table_of(n_samples: int, n_genes: int) -> np.ndarray:
    """Simulate z-scores that follow ten factors, in float32."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(n_samples, 10)).astype(np.float32)
    X = rng.normal(size=(n_samples, n_genes)).astype(np.float32)
    X += factors @ rng.normal(size=(10, n_genes)).astype(np.float32)
    return X


def epoch(solver: str, device: str = "cpu", precision: str = "float32") -> dict[str, float]:
    """Time an epoch of the `counted` preset; the difference of two fits leaves out the start."""
    X = table_of(N_TRAIN, N_GENES)
    shape = ol.autoencoder_preset("transcriptomics", "counted")
    start = "torch" if solver == "dense" else "rowspace"
    seconds = []
    for n in (1, 1, 1 + EPOCHS[solver]):  # the first is to warm up
        model = ol.OmicsAutoencoder(
            **shape,
            solver=solver,
            init=start,
            max_epochs=n,
            validation_fraction=0.0,
            device=device,
            precision=precision,
            random_state=0,
        )
        begin = time.perf_counter()
        model.fit(X)
        seconds.append(time.perf_counter() - begin)
        if device != "cpu":
            torch.cuda.synchronize()
    return {"seconds": (seconds[2] - seconds[1]) / EPOCHS[solver]}


def nested(variant: str) -> dict[str, float]:
    """Five folds, early stopping inside each, of a preset at the source study's size."""
    X = table_of(N_SAMPLES, N_GENES)
    model = ol.OmicsAutoencoder(
        **ol.autoencoder_preset("transcriptomics", variant), solver="rowspace", random_state=0
    )
    begin = time.perf_counter()
    found = ol.cross_validate_reconstruction(
        {variant: make_pipeline(ol.preprocessor("log"), model)}, X, n_folds=5, random_state=0
    )
    return {
        "seconds": time.perf_counter() - begin,
        "epochs": float(found.history.groupby("fold")["epoch"].max().sum() + found.scores["n_epochs"].sum()),
        "r2": float(found.scores["r2"].mean()),
    }


def growth(n_samples: str, n_genes: str) -> dict[str, float]:
    """Fit the default autoencoder: the row space, and its training."""
    X = table_of(int(n_samples), int(n_genes))
    model = ol.OmicsAutoencoder(solver="rowspace", max_epochs=100, patience=100, random_state=0)
    begin = time.perf_counter()
    ol.rowspace.fit_row_space(X)
    middle = time.perf_counter()
    model.fit(X)
    return {
        "row space, s": middle - begin,
        "fit of 100 epochs, s": time.perf_counter() - middle,
        "table, MB": X.nbytes / 2**20,
    }


MEASURES = {"epoch": epoch, "nested": nested, "growth": growth}


def apart(measure: str, *arguments: str) -> dict[str, float]:
    """Measure in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, __file__, "--one", measure, *arguments]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def show(title: str, table: pd.DataFrame) -> None:
    print(f"\n== {title}")
    print(table.to_string(), flush=True)


def medians(rows: list[dict], by: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows).groupby(by, sort=False)
    spread = table["seconds"].agg(["min", "max"]) if "seconds" in rows[0] else None
    found = table.median(numeric_only=True)
    return found if spread is None else found.join(spread)


def speed_part(repeats: int) -> None:
    rows = [{"solver": s, **apart("epoch", s)} for _ in range(repeats) for s in ("rowspace", "dense")]
    table = medians(rows, ["solver"])
    table.loc["dense / rowspace"] = table.loc["dense"] / table.loc["rowspace"]
    show(
        f"One epoch, preset counted, {N_GENES:,} genes x {N_TRAIN} samples, Adam (median of {repeats})",
        table.round(4),
    )


def nested_part(repeats: int) -> None:
    rows = [{"preset": v, **apart("nested", v)} for _ in range(repeats) for v in ("counted", "described")]
    show(
        f"Nested 5-fold cross-validation, {N_GENES:,} genes x {N_SAMPLES} samples",
        medians(rows, ["preset"]).round(2),
    )


def growth_part(repeats: int) -> None:
    sizes = [(N_SAMPLES, p) for p in (10**4, 10**5, 10**6)] + [(n, N_GENES) for n in (21, 100, 500)]
    rows = [
        {"samples": n, "genes": p, **apart("growth", str(n), str(p))}
        for _ in range(repeats)
        for n, p in sizes
    ]
    show("Growth of the default autoencoder", medians(rows, ["samples", "genes"]).round(2))


def gpu_part(repeats: int) -> None:
    if not torch.cuda.is_available():
        print("\n== Dense training on a GPU: not run, there is no CUDA device here.")
        return
    contenders = [
        ("dense", "cuda", "float32"),
        ("dense", "cuda", "bfloat16"),
        ("rowspace", "cuda", "float32"),
        ("rowspace", "cpu", "float32"),
    ]
    rows = [{"contender": " ".join(c), **apart("epoch", *c)} for _ in range(repeats) for c in contenders]
    show(
        f"On {torch.cuda.get_device_name()}, one epoch, preset counted", medians(rows, ["contender"]).round(5)
    )


def studies(data: Path | None) -> dict[tuple[str, str], tuple[object, pd.DataFrame]]:
    """Tables to reconstruct: (study, modality) → preprocessing and values."""
    simulated = {
        "demo": ol.simulate_study(36, 800, 120, n_modules=4, strength=0.7, random_state=1),
        "simulated n=21": ol.simulate_study(21, 4000, 400, random_state=5),
    }
    kinds = {"transcriptomics": "counts", "metabolomics": "abundance"}
    found = {
        (name, modality): (ol.preprocessor(kind), study[modality].to_df())
        for name, study in simulated.items()
        for modality, kind in kinds.items()
    }
    nutrimouse = Path("runs/studies/nutrimouse")
    folders = [("nutrimouse", nutrimouse, {"transcriptomics": "log", "metabolomics": "abundance"}, False)]
    if data:
        folders += [
            ("pepper", data / "pepper", kinds, True),
            ("ccle_dev", data / "ccle_dev", {"transcriptomics": "log", "metabolomics": "log"}, False),
        ]
    for name, folder, its_kinds, log in folders:
        if not folder.is_dir():
            print(f"{name}: left out, {folder} is absent")
            continue
        study = ol.read_study(folder, {f"{modality}_kind": kind for modality, kind in its_kinds.items()})
        for modality, kind in its_kinds.items():
            preprocess = ol.preprocessor(kind, log=log and modality == "metabolomics")
            found[name, modality] = (preprocess, study[modality].to_df())
    return found


def held_out(preprocess, X: pd.DataFrame, trainer: str, n_latent: int, seed: int) -> list[float]:
    """Return the R² of each fold."""
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    torch.set_num_threads(1)
    if trainer == "PCA":
        model = PCA(n_latent, svd_solver="full")
    else:
        model = ol.OmicsAutoencoder(n_latent=n_latent, random_state=seed, **TRAINERS[trainer])
    folds = KFold(5, shuffle=True, random_state=seed)
    result = cross_validate(make_pipeline(preprocess, model), X, cv=folds, scoring=ol.reconstruction_r2)
    return result["test_score"].tolist()


def held_out_tasks(tables: dict, seeds: list[int]) -> list[tuple[str, str, str, int, int]]:
    """List study, modality, trainer, latents and seed of every cross-validation to make."""
    tasks, long = [], []
    for (name, modality), (_, X) in tables.items():
        rank = min(len(X) - -(-len(X) // 5) - 1, X.shape[1])
        sizes = [2**i for i in range(1, 12) if 2**i < rank] + [rank]
        for trainer in ("PCA", *TRAINERS):
            # Dense training of a large study takes hours: one deal, a few sizes, and the title says so.
            few = len(X) > 100 and trainer not in ("PCA", "default")
            for k in sizes[::3] if few else sizes:
                these = [(name, modality, trainer, k, seed) for seed in (seeds[:1] if few else seeds)]
                (long if few else tasks).extend(these)
    return tasks + long


def held_out_part(seeds: list[int], data: Path | None, jobs: int, out: Path) -> None:
    columns = ["study", "modality", "model", "latents", "seed"]
    tables = studies(data)
    done = set()
    if out.exists():
        done = set(pd.read_csv(out)[columns].itertuples(index=False, name=None))
        print(f"{out}: {len(done)} cross-validations are there already")
    else:
        out.write_text(",".join([*columns, "fold", "r2"]) + "\n")
    tasks = [task for task in held_out_tasks(tables, seeds) if task not in done]
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        running = {pool.submit(held_out, *tables[task[:2]], *task[2:]): task for task in tasks}
        for n, future in enumerate(as_completed(running), start=1):
            rows = [(*running[future], fold, r2) for fold, r2 in enumerate(future.result(), start=1)]
            pd.DataFrame(rows).to_csv(out, mode="a", header=False, index=False)
            if n % 50 == 0 or n == len(tasks):
                print(f"{n} of {len(tasks)} done", file=sys.stderr, flush=True)
    table = pd.read_csv(out)
    table = table[table["seed"].isin(seeds)]
    keys = ["study", "modality", "latents"]
    wide = table.pivot(index=[*keys, "seed", "fold"], columns="model", values="r2")
    cells = wide.groupby(level=keys).agg(
        lambda r: f"{r.mean():.3f} ± {r.std(ddof=0):.3f}" if r.notna().any() else ""
    )
    difference = (wide["default"] - wide["PCA"]).groupby(level=keys)
    cells["default - PCA"] = difference.agg(lambda d: f"{d.mean():+.4f} ± {d.std(ddof=0):.4f}")
    cells["mean"] = "0"
    order = ["mean", "PCA", "default", "default - PCA", *[t for t in TRAINERS if t != "default"]]
    show(
        f"Held-out R2, 5 folds, seeds {seeds} (studies of more than 100 samples: the four plain trainers "
        f"with seed {seeds[0]} only): mean ± SD over folds. PCA at full rank is the ceiling.",
        cells[order],
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = ("speed", "nested", "growth", "gpu", "held_out")
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[10, 11, 12, 13, 14])
    parser.add_argument("--data", type=Path, help="folder that holds the study folders pepper and ccle_dev")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("runs/held_out.csv"),
        help="held-out R² of every fold goes here, and what is there is not done again",
    )
    parser.add_argument("--one", nargs="+", metavar="MEASURE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        found = MEASURES[arguments.one[0]](*arguments.one[1:])
        found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(found))
        return
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}")
    for part in arguments.parts:
        if part == "held_out":
            held_out_part(arguments.seeds, arguments.data, arguments.jobs, arguments.out)
        else:
            globals()[f"{part}_part"](arguments.repeats)


if __name__ == "__main__":
    main()
