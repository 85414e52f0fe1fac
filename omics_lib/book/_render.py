"""Lay out and render the book of one run.

Last step of the flow, and the only module that knows Jupyter Book. papermill
has executed the notebooks into RUN/notebooks; `stage_book` copies them and the
prose pages into one tree, in the repository's own relative paths, cleaned of
whatever differs between two identical runs or names a place on this machine.
Rendering builds that tree and puts the result in RUN/book.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from .._files import project_file
from ..errors import RunError, first_few
from ..evidence import PAGES
from ..processes import clean_environment, end_process, start_process
from ._comparison import PAGE as COMPARISON
from ._comparison import comparable, compare_runs
from ._exercises import list_exercises
from ._notebooks import write_clean_notebook
from ._pages import mend_pages
from ._policy import add_policy
from ._this_run import add_boxes, box, made_by, put_in_times, read_facts
from ._values import COVER, RUN_FIRST, fill_pages, read_summary, substitutions

OPTIONAL = (*PAGES, "own_cohort", "cell_lines")  # pages that not every run has
CHANGES = "book/changelog"  # a page that the staged book alone has
BEHIND = "book/your_study"  # the part of the book that this page is in ends with the comparison
# The mathematics that pages may hold: no links, styles or classes, and nothing that asks for more extensions.
_MATHJAX = {
    "options": {"processHtmlClass": "math", "ignoreHtmlClass": "body"},
    "tex": {"packages": {"[-]": ["html", "require", "autoload", "action", "bbox", "unicode", "textmacros"]}},
}
_MATHJAX_SETTINGS = f"window.MathJax = {json.dumps(_MATHJAX)}"
_REDIRECT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={target}"></head>
<body><p><a href="{target}">{title}</a></p></body></html>
"""


def stage_book(run: Path, staged: Path, companions: Sequence[Path] = ()) -> None:
    """Write everything that Jupyter Book needs for the book of `run` into `staged`.

    Parameters
    ----------
    run : Path
        Run folder with executed notebooks in `notebooks/` and `summary.json`.
    staged : Path
        Folder to fill; what it held before is deleted.
    companions : sequence of Path
        Other run folders, linked from the cover.

    Raises
    ------
    RunError
        If a notebook, `summary.json`, or a value that a page prints is missing.
    """
    run, staged = Path(run), Path(staged)
    toc = yaml.safe_load(project_file("book/_toc.yml").read_text(encoding="utf-8"))
    notebooks = _notebooks(run, toc)
    compared = comparable(run, [Path(companion) for companion in companions])
    facts = read_facts(run, read_summary(run))
    shutil.rmtree(staged, ignore_errors=True)
    shutil.copytree(project_file("book"), staged / "book")
    (staged / "notebooks").mkdir()
    for path in notebooks:
        modality = path.stem.partition("03_autoencoder_")[2]  # one notebook, run once for each of them
        ending = box(facts, f"notebooks/{path.stem}")
        write_clean_notebook(path, staged / "notebooks" / path.name, run, modality, ending)
    script = _mathjax_script()
    (staged / "book/_extra/mathjax").mkdir(parents=True)
    shutil.copyfile(script, staged / "book/_extra/mathjax" / script.name)
    titles = [(chapter.get("title", ""), staged / f"{chapter['file']}.ipynb") for chapter in _chapters(toc)]
    exercises = {"exercises": list_exercises((title, path) for title, path in titles if path.is_file())}
    values = substitutions(run, companions) | made_by(facts) | exercises
    values |= _comparison(run, compared, toc, staged)
    pages = sorted((staged / "book").glob("*.md"))
    fill_pages(run, pages, values)
    pages.append(staged / f"{CHANGES}.md")
    shutil.copyfile(project_file("CHANGELOG.md"), pages[-1])
    add_boxes(facts, pages)
    config = yaml.safe_load(project_file("_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"] |= {
        "html_extra_path": ["book/_extra"],
        "mathjax3_config": _MATHJAX,
        "myst_update_mathjax": False,
        "mathjax_path": f"../mathjax/{script.name}",  # beside _static, whose scripts every page would load
    }
    for name, content in (("_config.yml", config), ("_toc.yml", toc)):
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (staged / name).write_text(text, encoding="utf-8")


def render_book(run: Path, companions: Sequence[Path] = ()) -> Path:
    """Build the book of `run` and return its front page, RUN/book/index.html.

    Any warning is a failure. The old book stays until the new one is complete.

    Parameters
    ----------
    run : Path
        Run folder with executed notebooks.
    companions : sequence of Path
        Other run folders, linked from the cover.

    Raises
    ------
    RunError
        If something is missing, or if the build warns; it carries the warnings.
    """
    run = Path(run)
    with tempfile.TemporaryDirectory(prefix="omics-book-") as scratch:
        staged, out = Path(scratch).resolve() / "staged", Path(scratch).resolve() / "out"
        stage_book(run, staged, companions)
        _build(run, staged, out)
        html = out / "_build/html"
        title = yaml.safe_load((staged / "_config.yml").read_text(encoding="utf-8"))["title"]
        (html / "index.html").write_text(
            _REDIRECT.format(title=title, target=COVER.as_posix()), encoding="utf-8"
        )
        (html / ".buildinfo").unlink(missing_ok=True)
        put_in_times(html, run)
        mend_pages(html)
        add_policy(html, [_MATHJAX_SETTINGS])
        _replace(html, run / "book")
    return run / "book/index.html"


def _notebooks(run: Path, toc: dict[str, Any]) -> list[Path]:
    """List the executed notebooks in `toc`, to which chapters of further modalities are added.

    Pages of stored results, and of a cohort, leave `toc` where the run did not execute them.
    """
    if not run.is_dir():
        raise RunError(str(run), "no such folder", "it must be the --out of a run", "Check the path.")
    absent = {f"notebooks/{page}" for page in OPTIONAL if not (run / f"notebooks/{page}.ipynb").is_file()}
    for part in toc["parts"]:
        part["chapters"] = [chapter for chapter in part["chapters"] if chapter["file"] not in absent]
    chapters = [part["chapters"] for part in toc["parts"]]
    listed = [c["file"] for part in chapters for c in part if c["file"].startswith("notebooks/")]
    missing = [f"{name}.ipynb" for name in listed if not (run / f"{name}.ipynb").is_file()]
    if missing:
        found = f"lacks {first_few(missing, 10)}"
        raise RunError(str(run), found, "a book needs every chapter executed", RUN_FIRST)
    trained = sorted(f"notebooks/{path.stem}" for path in (run / "notebooks").glob("03_autoencoder_*.ipynb"))
    further = [name for name in trained if name not in listed]
    for part in chapters:
        places = [i for i, chapter in enumerate(part) if chapter["file"].startswith("notebooks/03_")]
        if places:
            part[places[-1] + 1 : places[-1] + 1] = [
                {"file": name, "title": f"3 · Autoencoder: {name.partition('03_autoencoder_')[2]}"}
                for name in further
            ]
    return [run / f"{name}.ipynb" for name in listed + further]


def _chapters(toc: dict[str, Any]) -> list[dict[str, str]]:
    return [chapter for part in toc["parts"] for chapter in part["chapters"]]


def _comparison(run: Path, companions: Sequence[Path], toc: dict[str, Any], staged: Path) -> dict[str, str]:
    """Compare a run with its companions on a page of its own, or drop that page where there are none."""
    if not companions:
        (staged / f"{COMPARISON}.md").unlink()
        return {}
    places = [part["chapters"] for part in toc["parts"]]
    chapters = next((c for c in places if any(each["file"] == BEHIND for each in c)), places[-1])
    chapters.append({"file": COMPARISON, "title": "Two runs compared"})
    return {"comparison": compare_runs(run, companions)}


def _mathjax_script() -> Path:
    """Return MathJax in one file: every TeX extension, and glyphs as paths, so that no font is fetched."""
    return Path(str(files("sphinx-mathjax-offline"))) / "static/mathjax/tex-svg-full.js"


def _build(run: Path, staged: Path, out: Path) -> None:
    """Run Jupyter Book on `staged`; every warning is an error."""
    start = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    options = ["--path-output", str(out), "--all", "-W", "-n", "--keep-going"]
    build = start_process(
        [sys.executable, "-P", "-c", start, "build", str(staged), *options],
        cwd=staged,
        env=clean_environment(staged.parent / "home")
        | {"PYTHONWARNINGS": "ignore", "TMPDIR": str(staged.parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        said = build.communicate()[0].decode("utf-8", errors="replace")
    except KeyboardInterrupt:
        end_process(build, patience=5)
        raise
    if build.returncode == 0:
        return
    log = re.sub(r"\x1b\[[0-9;]*m", "", said).replace(f"{staged}{os.sep}", "")
    lines = [line.strip() for line in log.splitlines() if re.search(r"\b(WARNING|ERROR|\w*Error)\b", line)]
    found = "was not rendered:\n  " + "\n  ".join(lines or log.splitlines()[-15:]) + "\n"
    raise RunError(str(run / "book"), found, "a book builds without a warning", "Mend the pages named above.")


def _replace(new: Path, book: Path) -> None:
    """Put `new` in the place of `book`: a reader finds the old one or the new one, never half of one."""
    arriving, leaving = book.with_name(".book.new"), book.with_name(".book.old")
    for leftover in (arriving, leaving):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(new, arriving)
    if book.exists():
        book.rename(leaving)
    arriving.rename(book)
    shutil.rmtree(leaving, ignore_errors=True)


def _no_files_in_pages(app: Any, env: Any, names: Any) -> None:
    """Keep pages from taking files in: what is left of a directive in a study's text does nothing."""
    env.settings["file_insertion_enabled"] = False


def _escape_bars(app: Any, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Keep Sphinx from reading the |rho| of a docstring as a substitution."""
    lines[:] = [re.sub(r"\|(\w[\w ]*)\|", r"\\|\1\\|", line) if ">>>" not in line else line for line in lines]


def setup(app: Any) -> dict[str, bool]:
    """Make this module a Sphinx extension; the book's `_config.yml` lists it."""
    app.connect("env-before-read-docs", _no_files_in_pages)
    app.connect("autodoc-process-docstring", _escape_bars)
    return {"parallel_read_safe": True}
