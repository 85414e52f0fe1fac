"""The box "This run", at the end of every page: what its numbers were made of, and where to download it all.

Whatever it says of a run comes from files that a stranger may have written, and is escaped; the files that
it links are those that a run of this library writes. What pages take, which is other in every run, is put
in after the book is built, so that no index and no source of a page holds it.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .._escape import md, md_code
from .._modalities import MODALITIES
from ..errors import RunError
from ..schema import read_schema, schema_names
from ._citation import authors, cite, version_of

# Files that are no tables and so have no schema, by chapter.
_FURTHER = {"1": ["study.h5mu"], "2": ["preprocessed.h5mu"], "3": ["<modality>/model.safetensors"]}
_FIGURE = re.compile(r"[a-z][a-z0-9_]*\.(?:png|svg|pdf)")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_HEADER = 8  # bytes that tell how long the header of a safetensors file is
_LONGEST_HEADER = 2**20
_PACKAGES = ("python", "numpy", "scipy", "scikit-learn", "torch", "snakemake", "jupyter-book")
_WORLD = "**World**, as chapter 5 tells it from the two tables alone, beside permuted samples:"
_TOOK = '<span class="took"></span>'


@dataclass(frozen=True)
class RunFacts:
    """What the box of every page says of a run."""

    run: Path
    summary: Mapping[str, Any]
    manifest: Mapping[str, Any]
    modalities: tuple[str, ...]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the run."""
        found = self.manifest.get("parameters")
        return found if isinstance(found, dict) else {}


def read_facts(run: Path, summary: Mapping[str, Any]) -> RunFacts:
    """Read what the boxes say of a run whose `summary.json` is known.

    Raises
    ------
    RunError
        If its manifest is missing or damaged.
    """
    path = run / "manifest.json"
    expected, remedy = "the boxes on the pages say what it holds", "Run `omics-book run` again."
    try:
        manifest = json.loads(path.read_bytes())
        if not isinstance(manifest.get("versions"), dict):
            raise ValueError("it names no versions")
    except FileNotFoundError as error:
        raise RunError(str(run), "lacks manifest.json", expected, remedy) from error
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        found = f"not readable as a manifest ({' '.join(str(error).split())[:200]})"
        raise RunError(str(path), found, expected, remedy) from error
    trained = {
        path.stem.partition("03_autoencoder_")[2] for path in run.glob("notebooks/03_autoencoder_*.ipynb")
    }
    further = sorted(name for name in trained - set(MODALITIES) if _NAME.fullmatch(name))
    return RunFacts(run, summary, manifest, (*MODALITIES, *further))


def box(facts: RunFacts, page: str) -> str:
    """Write the box of a page, in Markdown.

    Parameters
    ----------
    facts : RunFacts
    page : str
        Path of the page from the root of the book without its suffix, such as ``"notebooks/01_data"``.
    """
    lines = [_study(facts), _removed(facts.parameters), _models(facts), _ranking(facts.run), _made(facts)]
    lines += [
        *_downloads(facts, page),
        f"**To cite it:** {made_by(facts)['citation']} See {{ref}}`how-to-cite`.",
    ]
    said = "\n".join(f"- {line}" for line in lines if line)
    return f"\n\n:::{{admonition}} This run\n:class: this-run dropdown\n{said}\n:::\n"


def add_boxes(facts: RunFacts, pages: Iterable[Path]) -> None:
    """Put the box below the text of prose pages."""
    for page in pages:
        with page.open("a", encoding="utf-8", newline="\n") as file:
            file.write(box(facts, f"book/{page.stem}"))


def made_by(facts: RunFacts) -> dict[str, str]:
    """Return what pages print of the library that made the run: whose it is, and how to cite it."""
    return {"authors": authors(), "citation": cite(version_of(facts.manifest))}


def _study(facts: RunFacts) -> str:
    numbers = [
        f"{facts.summary[f'n_{what}']:,} {what}"
        for what in ("samples", "genes", "metabolites")
        if isinstance(facts.summary.get(f"n_{what}"), int)
    ]
    kind = "simulated" if facts.summary.get("simulated") is True else "measured"
    return f"**Study:** {md(facts.summary['title'])} ({kind}); {', '.join(numbers)}."


def _removed(parameters: Mapping[str, Any]) -> str:
    columns = parameters.get("covariates") or []
    said = [md_code(name) for name in columns] if isinstance(columns, list) else []
    factors = parameters.get("remove_factors")
    said += [f"shared factors (the first {factors})"] if isinstance(factors, int) and factors > 0 else []
    groups = parameters.get("groups")
    within = f" Samples were shuffled within the groups of {md_code(groups)} only." if groups else ""
    return f"**Regressed out before associating:** {', '.join(said) or 'nothing'}.{within}"


def _models(facts: RunFacts) -> str:
    kept = {name: _kept_its_start(facts.run / name / "model.safetensors") for name in facts.modalities}
    known = {name: is_pca for name, is_pca in kept.items() if is_pca is not None}
    said = [
        f"{md(name)}: {'PCA, since training did not leave its start' if is_pca else 'an autoencoder'}"
        for name, is_pca in known.items()
    ]
    return f"**Final models:** {'; '.join(said)}." if said else ""


def _kept_its_start(path: Path) -> bool | None:
    """Tell from the header of a model whether it is the PCA that its training began with; None: not known."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_HEADER), "little")
            header = json.loads(file.read(min(length, _LONGEST_HEADER)))
        told = json.loads(header["__metadata__"]["omics_lib"])
        return bool(
            told["fitted"]["best_epoch_"] == 0
            and told["settings"]["skip"]
            and told["settings"]["init"] == "rowspace"
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _ranking(run: Path) -> str:
    """Say what the refinement did; the null that stands beside it tells."""
    try:
        with (run / "evaluation.csv").open(encoding="utf-8", newline="") as file:
            rows = [(row["method"] or "", bool(row["value"])) for row in csv.DictReader(file)]
    except (OSError, ValueError, LookupError, csv.Error):
        return ""
    methods = {method for method, has_value in rows if has_value}
    if "Spearman (fallback)" in methods:
        return f"{_WORLD} nothing ties the tables together, so the ranking is that of the plain correlation."
    if any(method.endswith(", rewired") or method == "rewired" for method in methods):
        return f"{_WORLD} modules dominate, so the network smooths."
    if any(method.endswith(", rotated") for method in methods):
        return f"{_WORLD} no modules dominate, so the network sharpens what single genes add."
    if ("rewired", False) in rows:
        return f"{_WORLD} no modules dominate, so nothing was smoothed."
    return ""


def _made(facts: RunFacts) -> str:
    versions = facts.manifest["versions"]
    named = [f"{md(name)} {md(versions[name])}" for name in _PACKAGES if name in versions]
    seed = md(facts.manifest.get("random_state", "not known"))
    return f"**Made with:** omics_lib {version_of(facts.manifest)}; {', '.join(named)}. Seed {seed}.{_TOOK}"


def _downloads(facts: RunFacts, page: str) -> Iterator[str]:
    """List what belongs to a page, as links into the run folder."""
    name = page.rpartition("/")[2]
    if page.startswith("notebooks/") and re.fullmatch(r"\w+", name):
        yield f"**Executed notebook:** {_link(f'{page}.ipynb')}"
        tables, figures = _files_of(facts, name)
        if tables:
            yield f"**Its files:** {', '.join(map(_link, tables))}"
        if figures:
            by_name = groupby(figures, lambda path: path.partition(".")[0])
            said = [
                f"`{name}` as {' and '.join(_link(path, '.') for path in paths)}" for name, paths in by_name
            ]
            yield f"**Its figures:** {', '.join(said)}"
    crate = "ro-crate-metadata.json"
    described = f", for programs as an RO-Crate {_link(crate)}" if (facts.run / crate).is_file() else ""
    yield (
        f"**All parameters, versions and checksums:** {_link('manifest.json')}{described}. The links lead "
        "into the run folder, where this book lies as `book/`; where it is served alone, ask for the files "
        "by these paths."
    )


def _link(path: str, shown_after: str = "") -> str:
    """Link a file of the run folder; of its path, show what follows the last such sign."""
    shown = path.rpartition(shown_after)[2] if shown_after else path
    return f'<a class="of-the-run" href="../../{quote(path)}"><code>{shown}</code></a>'


def _files_of(facts: RunFacts, name: str) -> tuple[list[str], list[str]]:
    """Return tables (and models) and figures of a chapter, of those that lie in the run folder."""
    number = name[1] if re.match(r"0\d_", name) else ""
    of_page = name.partition("03_autoencoder_")[2]
    patterns = list(_FURTHER.get(number, []))
    for schema in map(read_schema, schema_names()):
        if schema["x-written-by"] == f"chapter {number}":
            patterns += schema["x-files"]
    tables = sorted({pattern.replace("<modality>", of_page) for pattern in patterns})
    folder = facts.run / "figures"
    figures = sorted(p.name for p in folder.glob("*") if number == "6" and _FIGURE.fullmatch(p.name))
    return [path for path in tables if (facts.run / path).is_file()], [f"figures/{name}" for name in figures]


def put_in_times(html: Path, run: Path) -> None:
    """Write into the box of each chapter what it took, in a book that is built."""
    for page in sorted(html.glob("notebooks/*.html")):
        text = page.read_text(encoding="utf-8")
        took = _seconds(run / "benchmarks" / f"{page.stem}.tsv")
        said = "" if took is None else f" This page took {took:,.0f} s to compute."
        page.write_text(
            text.replace(_TOOK, f'<span class="took">{said}</span>'), encoding="utf-8", newline="\n"
        )


def _seconds(path: Path) -> float | None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            seconds = float(next(csv.DictReader(file, delimiter="\t"))["s"])
    except (OSError, ValueError, TypeError, KeyError, StopIteration, csv.Error):
        return None
    return seconds if math.isfinite(seconds) else None
