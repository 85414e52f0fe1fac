"""The whole way at full size: from a simulated study to its rendered book, stage by stage.

    python benchmarks/full_size.py --store                     what `make full-size` does: half an hour
    python benchmarks/full_size.py --genes 3000 --metabolites 300 --out runs/try       a first look

21 samples of four tissues, 132,129 genes, 6,980 metabolites, the tissue as covariate; once with the
autoencoders `counted` and once with `described`. Of a stage, time and peak memory are those that it writes
into RUN/benchmarks; of a command, the memory is that of the largest process among all that it started, as
the system counted it. What is done is kept, and the same command goes on there; a run that was not made in
one go counts the sum of its stages. Figures for others want a machine with nothing else to do.

Once more, with the autoencoders `counted`, for 21 of 321 samples of one world, the other 300 being their
cohort: what of the time and memory is the cohort's, is that of the page that asks it, and of reading it.

With a graphics card, both are run once more with `device: auto`; dense training on it is timed by
`benchmarks/autoencoder.py --parts gpu`.

`--store` keeps the tables for the book, in evidence/full_size.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from pathlib import Path

import pandas as pd

import omics_lib as ol
from omics_lib._machine import machine_facts

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).with_name("omics-book"))
# From the study folder to the rendered book: seconds, GB of the largest process, MB of the largest file.
TARGETS = {"counted": (600, 4.0, 500), "described": (900, 4.0, 500)}
# What a cohort of so many samples may add: seconds, and GB of the largest process.
N_COHORT, COHORT_TARGETS = 300, (300, 4.0)
N_SAMPLES, N_MODULES = 21, 16
N_LARGEST = 5
PARAMETERS = {"covariates": "[tissue]", "n_permutations": 100}
LOAD = os.getloadavg()[0]  # of the machine, before this script gives it work
CARD = "graphics card"


def measured(*words: str | Path) -> dict[str, float]:
    """Run `omics-book`; return its seconds, the GB of its largest process, and the load before it all."""
    command = [COMMAND, *map(str, words)]
    print("$ omics-book", *command[1:], flush=True)
    start = time.perf_counter()
    _, status, used = os.wait4(os.posix_spawn(COMMAND, command, os.environ), 0)
    if code := os.waitstatus_to_exitcode(status):
        sys.exit(code if code > 0 else 128 - code)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak_gb": used.ru_maxrss * 1024 / 1e9, "load": LOAD}


def stages_of(run: Path) -> pd.DataFrame:
    """Read what the stages of a run cost, in the order in which they ended."""
    paths = sorted((run / "benchmarks").glob("*.tsv"), key=lambda path: path.stat().st_mtime)
    costs = [pd.read_csv(path, sep="\t").iloc[0] for path in paths]
    return pd.DataFrame(
        {
            "stage": [path.stem for path in paths],
            "seconds": [cost["s"] for cost in costs],
            "cpu_seconds": [cost["cpu_time"] for cost in costs],
            "peak_gb": [cost["max_rss"] * 2**20 / 1e9 for cost in costs],
            "ended": [path.stat().st_mtime for path in paths],
        }
    )


def options(**settings: object) -> list[str]:
    """Spell parameters as `omics-book` takes them."""
    return [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]


def run_and_render(study: Path, run: Path, variant: str, known: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Run all stages and render the book; return the stages, and note in `known` what the commands cost."""
    preset, _, card = variant.partition(", ")
    settings = {"variant": preset, "title": f"Full size: {variant}"} | ({"device": "auto"} if card else {})
    start = time.time()
    found = measured("run", study, "--out", run, "--cores", "2", *options(**PARAMETERS, **settings))
    stages = stages_of(run)
    fresh = stages["ended"] >= start
    if fresh.any() or f"{variant}, run" not in known:
        if not fresh.all():
            found["seconds"] = max(found["seconds"], stages["seconds"].sum())
            found["peak_gb"] = max(found["peak_gb"], stages["peak_gb"].max())
        known[f"{variant}, run"] = found
    known[f"{variant}, render"] = measured("render", run)
    return stages.drop(columns="ended")


def write_world(folder: Path, n_genes: int, n_metabolites: int) -> None:
    """Simulate one world; write some of its samples as a study, and the others as its cohort."""
    size = N_SAMPLES + N_COHORT, n_genes, n_metabolites
    world = ol.simulate_study(*size, "tissues", n_modules=N_MODULES, random_state=0)
    for name, part in (("cohort", slice(N_SAMPLES, None)), ("study", slice(N_SAMPLES))):
        ol.write_study_folder(world[world.obs_names[part]].copy(), folder / name, "parquet")
    (folder / "cohort/params.yml").write_text("covariates: [tissue]\n", encoding="utf-8")


def with_cohort(folder: Path, n_genes: int, n_metabolites: int) -> pd.DataFrame:
    """Run a study that has a cohort; return what the cohort costs: to read and check it, and its page."""
    study, run = folder / "study", folder / "run"
    if not study.exists():
        # In a process of its own: one that is started later counts the memory of this one as its own.
        size = (folder, n_genes, n_metabolites)
        maker = multiprocessing.get_context("spawn").Process(target=write_world, args=size)
        maker.start()
        maker.join()
    asked = PARAMETERS | {"variant": "counted", "title": "Full size: with a cohort"}
    lent = asked | {"cohort": "../cohort"}
    alone, beside = (measured("check", study, *options(**each)) for each in (asked, lent))
    measured("run", study, "--out", run, "--cores", "2", *options(**lent))
    page = stages_of(run).set_index("stage").loc["own_cohort"]
    row = {
        "n_samples": N_COHORT,
        "n_genes": n_genes,
        "n_metabolites": n_metabolites,
        "check_seconds": beside["seconds"] - alone["seconds"],
        "page_seconds": page["seconds"],
        "page_cpu_seconds": page["cpu_seconds"],
        "peak_gb": max(page["peak_gb"], beside["peak_gb"]),
        "load": LOAD,
    }
    return pd.DataFrame([row | dict(zip(("target_seconds", "target_gb"), COHORT_TARGETS, strict=True))])


def largest_files(run: Path) -> pd.DataFrame:
    """List the largest files of a run folder, in MB."""
    sizes = {path: path.stat().st_size / 1e6 for path in run.rglob("*") if path.is_file()}
    largest = sorted(sizes, key=lambda path: -sizes[path])[:N_LARGEST]
    return pd.DataFrame(
        {
            "file": [path.relative_to(run).as_posix() for path in largest],
            "mb": [sizes[path] for path in largest],
        }
    )


def against_truth(study: Path, run: Path) -> pd.DataFrame:
    """Count the significant pairs, and those among them that share a module or are linked."""
    modules = [
        pd.read_csv(study / f"planted_{name}.csv", index_col="feature_id")["module"] for name in ol.MODALITIES
    ]
    known = pd.read_csv(study / "known_pairs.csv")
    links = known.loc[known["source"] == "link", ["gene_id", "metabolite_id"]]
    sizes = [module[module >= 0].value_counts() for module in modules]
    found = pd.read_parquet(run / "associations.parquet", columns=["gene", "metabolite", "source"])
    direct = found[found["source"] == "direct"]
    of_gene, of_metabolite = (
        module.loc[direct[side]].to_numpy()
        for module, side in zip(modules, ("gene", "metabolite"), strict=True)
    )
    n_links = len(links.merge(direct, left_on=list(links), right_on=["gene", "metabolite"]))
    n_modules = int(((of_gene == of_metabolite) & (of_gene >= 0)).sum())
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    rows = {
        "all": (summary["n_pairs"], len(direct)),
        "module": (int((sizes[0] * sizes[1]).sum()), n_modules),
        "link": (len(links), n_links),
    }
    return pd.DataFrame([(kind, *n) for kind, n in rows.items()], columns=["kind", "pairs", "significant"])


def totals(known: dict[str, dict[str, float]], files: pd.DataFrame) -> pd.DataFrame:
    """Lay the costs of both ways beside what they were to cost."""
    rows = []
    for variant, part in files.groupby("variant", sort=False):
        costs = [known[f"{variant}, {command}"] for command in ("run", "render")]
        rows.append(
            {
                "variant": variant,
                "seconds": sum(cost["seconds"] for cost in costs),
                "peak_gb": max(cost["peak_gb"] for cost in costs),
                "largest_mb": part["mb"].max(),
                "load": costs[0]["load"],
            }
            | dict(
                zip(
                    ("target_seconds", "target_gb", "target_mb"),
                    TARGETS[variant.partition(", ")[0]],
                    strict=True,
                )
            )
        )
    return pd.DataFrame(rows)


def whole_way(chosen: argparse.Namespace) -> dict[str, pd.DataFrame]:
    """Simulate, check, run and render; return the tables of what it cost and what was found."""
    chosen.out.mkdir(parents=True, exist_ok=True)
    study, notes = chosen.out / "study", chosen.out / "commands.json"
    known = json.loads(notes.read_text(encoding="utf-8")) if notes.exists() else {}
    size = ["--genes", str(chosen.genes), "--metabolites", str(chosen.metabolites)] if chosen.genes else []
    if not study.exists():
        known["simulate"] = measured("simulate", study, "--preset", "full-size", *size)
        ol.write_json(known, notes)
    known["check"] = measured("check", study, "--set", "covariates=[tissue]")
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in ("stages", "files", "found", "evaluation")}
    card = [f"{variant}, {CARD}" for variant in chosen.variants if machine_facts()["gpu"]]
    for variant in [*chosen.variants, *card]:
        run = chosen.out / variant.replace(", ", "_").replace(" ", "_")
        tables = [run_and_render(study, run, variant, known)]
        ol.write_json(known, notes)
        tables += [largest_files(run), against_truth(study, run), pd.read_csv(run / "evaluation.csv")]
        for rows, table in zip(parts.values(), tables, strict=True):
            rows.append(table.assign(variant=variant))
    found = {name: pd.concat(rows, ignore_index=True) for name, rows in parts.items()}
    asked = json.loads((study / "planted_design.json").read_text(encoding="utf-8"))
    lent = with_cohort(chosen.out / "with_cohort", asked["n_genes"], asked["n_metabolites"])
    commands = pd.DataFrame([{"command": name, **cost} for name, cost in known.items()])
    return {"totals": totals(known, found["files"]), "commands": commands, "cohort": lent, **found}


def shortened(table: pd.DataFrame) -> pd.DataFrame:
    """Keep four digits of each number, however small it is."""
    numbers = table.select_dtypes("float")
    return table.assign(**numbers.map(lambda value: float(f"{value:.4g}")))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "runs/full_size", help="folder of study and runs")
    parser.add_argument("--genes", type=int, help="fewer, to try it")
    parser.add_argument("--metabolites", type=int, default=300, help="together with --genes")
    parser.add_argument("--variants", nargs="+", choices=list(TARGETS), default=list(TARGETS))
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/full_size")
    chosen = parser.parse_args()
    tables = whole_way(chosen)
    for name in ("commands", "stages", "files", "found", "totals", "cohort"):
        print(f"\n== {name}\n{tables[name].round(2).to_string(index=False)}")
    if chosen.store:
        design = json.loads((chosen.out / "study/planted_design.json").read_text(encoding="utf-8"))
        made = {"script": "benchmarks/full_size.py", "command": "make full-size", "settings": design}
        ol.write_evidence("full_size", {name: shortened(table) for name, table in tables.items()}, **made)


if __name__ == "__main__":
    main()
