from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from _browser import browser, check_book, open_page, search, set_width, weight
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from omics_lib._files import project_file
from omics_lib.book import render_book, stage_book
from omics_lib.book._notebooks import write_clean_notebook
from omics_lib.book._render import OPTIONAL
from omics_lib.book._values import substitutions
from omics_lib.errors import RunError

CHAPTERS = (
    "01_data",
    "02_preprocessing",
    "03_autoencoder_transcriptomics",
    "03_autoencoder_metabolomics",
    "04_associations",
    "05_refinement",
    "06_figures",
    "07_release",
    "parameter_counts",
    "row_space",
    "sample_graph",
    "four_worlds",
    "cohort",
    "cell_lines",
    "three_ways",
    "own_cohort",
    "full_size",
    "sample_size",
    "disclosure",
)
SUMMARY = {
    "title": "Planted | modules *and* {{ more }}",
    "n_samples": 21,
    "n_genes": 2000,
    "n_metabolites": 300,
    "n_pairs": 600000,
    "simulated": True,
    "best_r2": 0.123456,
    "parameters": {"alpha": 0.1, "n_latent": 64},
}
MANIFEST = {
    "parameters": SUMMARY["parameters"],
    "random_state": 3,
    "versions": {"omics_lib": "0.1.0", "python": "3.11 *and* <b>"},
    "commit": "abcdef0123+changes",
}
DEFAULTS = 'run: str = "runs/demo"  # the run folder\nalpha: float = 0.05  # a rate\nk: int = 2  # β'
PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
).decode()


# A network whose names would act, were they read as markup.
ACTING = {
    "genes": ["<img src=x onerror=\"document.title='MARKED'\">"],
    "metabolites": ["m"],
    "pairs": [[0, 0, 0.5]],
}
# Of dist/d3.min.js in the npm package d3.
D3_7_9_2 = "912111098ea99503a6f4967361d2bbdc9dbf58cf9c678c8e27e5b02d1a07f0c1"
EMPTY = '<table border="1" class="dataframe"><thead><tr><th>gene</th></tr></thead><tbody>\n  </tbody></table>'
NOISE = (
    {"text/markdown": "", "text/plain": "<IPython.core.display.Markdown object>"},
    {"text/html": EMPTY, "text/plain": "Empty DataFrame"},
    {"text/plain": "<omics_lib.refinement._world.World object at 0x7f5f9b52dda0>"},
    {
        "text/html": "<table><tr><td>NaN</td><td> </td><td >-0.00</td>"
        "<td>&lt;function _lo...x7f5f9b52dda0&gt;</td></tr></table>"
        "func=&lt;function _log2 at 0x7f5f9b52dda0&gt;",
        "text/plain": "<pandas.io.formats.style.Styler at 0x7f5f9b52dda0>",
    },
)
# Outputs of a run folder that somebody made to act on whoever renders it: each would mark the page's title.
_ACT = "document.title='MARKED'"
PLANTED = (
    {"text/html": f"<script>{_ACT}</script>"},
    {"text/html": f'<img src=x onerror="{_ACT}"><p onclick="{_ACT}">x</p>'},
    {"text/html": f"<svg onload={_ACT}></svg><body onload={_ACT}>"},
    {
        "text/html": f'<a href="javascript:{_ACT}">x</a>'
        f'<iframe srcdoc="<script>parent.{_ACT}</script>"></iframe>'
    },
    {"text/html": f"<math><mtext></table><mglyph><style></math><img src=x onerror={_ACT}>"},
    {"text/html": f"<style></style><script>{_ACT}</script>"},
    {"text/html": f"<details open ontoggle={_ACT}>x</details><form action=javascript:{_ACT}></form>"},
    {
        "text/html": f'<meta http-equiv="refresh" content="0; url=javascript:{_ACT}">'
        '<base href="//example.org">'
    },
    {
        "text/html": "<style>@import url(//example.org/x.css); "
        "p {background: u\\72l(//example.org/x.png)}</style>"
    },
    {"text/html": f"<noscript><p title='</noscript><img src=x onerror={_ACT}>'></noscript>"},
    {"text/markdown": f"<script>{_ACT}</script>"},
    {"text/markdown": f"[x](javascript:{_ACT}) ![x](x.png)"},
    {"text/markdown": f"x\n\n```{{raw}} html\n<script>{_ACT}</script>\n```"},
    {"text/markdown": "x\n\n:::{include} /etc/hostname\n:::"},
    {"text/markdown": "{download}`/etc/hostname` and [x](/etc/hostname)"},
    {"text/markdown": f"$$\\href{{javascript:{_ACT}}}{{x}} \\style{{color:red}}{{y}}$$"},
    {"text/markdown": "{{ cycler.__init__.__globals__.os.system('touch MARKED') }}"},
    {"application/javascript": _ACT, "text/plain": "x"},
    {
        "image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'><script>{_ACT}</script></svg>",
        "text/plain": "x",
    },
    {"text/html": f'<div class="explore" data-network="{html.escape(json.dumps(ACTING))}"></div>'},
    {"text/latex": f"$\\href{{javascript:{_ACT}}}{{x}}$", "text/plain": "x"},
)


def _executed(chapter: str, run: Path) -> nbformat.NotebookNode:
    """Make a notebook as papermill leaves it: with times, random ids and paths of this machine."""
    table = uuid.uuid4().hex[:5]
    row = f'<tr id="T_{table}_row0"><td>1</td></tr>'
    link = '<a href="https://example.org/page.html#:~:text=steps">steps</a>'  # as in scikit-learn's diagrams
    styled = f'<style>#T_{table}_row0 {{}}</style><table id="T_{table}">{row}</table>{link}'
    figure = {"image/png": PIXEL, "text/plain": "<Figure size 640x480 with 1 Axes>"}
    interactive = {
        "application/vnd.plotly.v1+json": {"data": []},
        "text/plain": f"<Thing at {id(object()):#x}>",
    }
    bar = {"application/vnd.jupyter.widget-view+json": {"model_id": uuid.uuid4().hex}, "text/plain": "0%"}
    injected = f'# Parameters\nrun = "{run}"\nstudy = "studies/mine"\nalpha = 0.1\ntables = ["{run}/a.csv"]\n'
    times = {
        "papermill": {"start_time": uuid.uuid4().hex, "input_path": str(run)},
        "execution": {"iopub": "now"},
    }
    cells = [
        new_markdown_cell(
            f"# Chapter {chapter}\n\nOf {{{{ n_samples }}}} samples.\n\n$$x^2$$ (eq-{chapter})"
        ),
        new_code_cell(DEFAULTS, metadata={"tags": ["parameters"]}),
        new_code_cell(injected, metadata={"tags": ["injected-parameters"]}),
        new_code_cell("secret = 1", metadata={"tags": ["remove-cell"]}),
        *(new_code_cell("noise", outputs=[new_output("execute_result", data=d)]) for d in NOISE),
        *(new_code_cell("planted", outputs=[new_output("display_data", data=dict(d))]) for d in PLANTED),
        new_code_cell(
            "table", outputs=[new_output("execute_result", data={"text/html": styled, "text/plain": "1"})]
        ),
        new_code_cell("figure", outputs=[new_output("display_data", data=figure)]),
        new_code_cell("interactive", outputs=[new_output("display_data", data=interactive)]),
        new_code_cell("bar", outputs=[new_output("display_data", data=bar)]),
        new_code_cell(
            "print(run)", outputs=[new_output("stream", name="stdout", text=f"{run / 'study.h5mu'}\n")]
        ),
    ]
    for cell in cells:
        cell.metadata |= times
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    kernel = {"display_name": uuid.uuid4().hex, "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": language, **times})


def _make_run(run: Path, summary: dict[str, Any] = SUMMARY, further: tuple[str, ...] = ()) -> Path:
    (run / "notebooks").mkdir(parents=True)
    for chapter in (*CHAPTERS, *further):
        nbformat.write(_executed(chapter, run), run / "notebooks" / f"{chapter}.ipynb")
    (run / "summary.json").write_text(json.dumps(summary))
    (run / "manifest.json").write_text(json.dumps(MANIFEST))
    return run


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Path]:
    """Make a synthetic run folder."""
    return lambda name="demo", **options: _make_run(tmp_path / name, **options)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render a book that links to that of another run; return the folder of the first."""
    runs = tmp_path_factory.mktemp("runs")
    mice = _make_run(runs / "mice & diets", SUMMARY | {"title": "Mice & diets", "simulated": False})
    (mice / "book").mkdir()
    (mice / "book/index.html").write_text("<!doctype html><title>Mice</title>")
    render_book(_make_run(runs / "demo"), [mice])
    return runs / "demo"


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """Start one browser for all tests of pages."""
    with browser() as started:
        yield started


def test_stage_keeps_the_repository_paths(make_run, tmp_path):
    stage_book(make_run(), tmp_path / "staged")
    names = set(_tree(tmp_path / "staged"))
    assert {f"notebooks/{chapter}.ipynb" for chapter in CHAPTERS} <= names
    assert {
        "book/index.md",
        "book/references.bib",
        "book/_static/custom.css",
        "_toc.yml",
        "_config.yml",
    } <= names


def test_stage_replaces_what_was_there_before(make_run, tmp_path):
    (tmp_path / "staged").mkdir()
    (tmp_path / "staged/old.md").write_text("old")
    stage_book(make_run(), tmp_path / "staged")
    assert not (tmp_path / "staged/old.md").exists()


def test_stage_gives_the_same_bytes_for_two_executions(make_run, tmp_path):
    first, second = make_run("a/demo"), make_run("b/demo")
    assert _tree(first / "notebooks") != _tree(second / "notebooks")
    stage_book(first, tmp_path / "staged_1")
    stage_book(second, tmp_path / "staged_2")
    assert _tree(tmp_path / "staged_1") == _tree(tmp_path / "staged_2")


def test_stage_leaves_no_path_of_this_machine(make_run, tmp_path):
    stage_book(make_run(), tmp_path / "staged")
    for name, content in _tree(tmp_path / "staged").items():
        if not name.startswith("book/_extra"):
            assert str(tmp_path).encode() not in content, name
            assert str(Path.home()).encode() + b"/" not in content, name


def test_stage_keeps_the_parameters_but_not_the_places(make_run, tmp_path):
    stage_book(make_run(), tmp_path / "staged")
    notebook = nbformat.read(tmp_path / "staged/notebooks/01_data.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if "parameters" in " ".join(cell.metadata.get("tags", []))]
    assert cell.source.splitlines() == [
        "# The parameters of this run",
        "run: str = 'demo'  # the run folder",
        "alpha: float = 0.1  # a rate",
        "k: int = 2  # β",
    ]
    (printed,) = [cell for cell in notebook.cells if cell.source == "print(run)"]
    assert printed.outputs[0].text == "demo/study.h5mu\n"


def test_stage_keeps_tags_and_drops_the_rest_of_the_metadata(make_run, tmp_path):
    stage_book(make_run(), tmp_path / "staged")
    notebook = nbformat.read(tmp_path / "staged/notebooks/01_data.ipynb", as_version=4)
    assert [cell.metadata for cell in notebook.cells[:3]] == [
        {},
        {"tags": ["parameters"]},
        {"tags": ["remove-cell"]},
    ]
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


def test_stage_cleans_outputs(make_run, tmp_path):
    stage_book(make_run(), tmp_path / "staged")
    cells = nbformat.read(tmp_path / "staged/notebooks/01_data.ipynb", as_version=4).cells
    names = ("table", "figure", "interactive", "bar")
    (place,) = (i for i, cell in enumerate(cells) if cell.source == "table")
    styled, figure, interactive, bar = (cell.outputs for cell in cells if cell.source in names)
    table = f"T_{place}"
    assert re.findall(r"T_\w+", styled[0].data["text/html"]) == [f"{table}_row0", table, f"{table}_row0"]
    assert 'href="https://example.org/page.html"' in styled[0].data["text/html"]
    assert figure[0].data["image/png"].strip() == PIXEL
    assert interactive == bar == []


def test_stage_drops_what_says_nothing_and_addresses(make_run, tmp_path):
    stage_book(make_run(), tmp_path / "staged")
    cells = nbformat.read(tmp_path / "staged/notebooks/01_data.ipynb", as_version=4).cells
    empty, no_rows, bare, noisy = (cell.outputs for cell in cells if cell.source == "noise")
    assert empty == no_rows == bare == []
    assert noisy[0].data == {
        "text/html": "<table><tbody><tr><td>–</td><td>–</td><td>0.00</td><td>a function</td></tr></tbody>"
        "</table>func=_log2"
    }


def test_stage_formats_values_for_prose(make_run):
    values = substitutions(make_run(), [])
    assert values["best_r2"] == "0.123"
    assert values["simulated"] == "yes"


def test_stage_puts_values_into_pages_without_a_template_engine(make_run, tmp_path):
    stage_book(make_run(), tmp_path / "staged")
    cover = (tmp_path / "staged/book/index.md").read_text()
    assert "| gene–metabolite pairs | 600,000 |" in cover
    assert r"| study | Planted \| modules \*and\* \{\{ more \}\} |" in cover
    assert "The same pages" not in cover and "{{ " not in cover


def test_stage_names_a_study_without_title_after_its_run(make_run, tmp_path):
    stage_book(make_run("mine", summary=SUMMARY | {"title": ""}), tmp_path / "staged")
    assert "| study | mine |" in (tmp_path / "staged/book/index.md").read_text()


def test_stage_lists_every_parameter_of_the_schema(make_run):
    values = substitutions(make_run(), [])
    schema = json.loads(project_file("data_schema/parameters.schema.json").read_text())
    first_cells = re.findall(r"^\| `([^`]+)` \|", values["parameters_table"], flags=re.MULTILINE)
    assert first_cells == [*schema["properties"], "<modality>_kind"]
    assert "| `alpha` | `0.05` | a number (above 0, below 1) |" in values["parameters_table"]
    assert "set alpha: 0.1, n_latent: 64, and left the rest" in values["changed_parameters"].replace("\\", "")


def test_book_takes_over_nothing_that_acts(rendered):
    for page in (rendered / "book/notebooks").glob("*.html"):
        text = page.read_text()
        article = text[text.index("<article") : text.index("</article>")]
        tags = re.sub(r"&lt;.*?&gt;|<(?:pre|code).*?</(?:pre|code)>", "", article, flags=re.DOTALL)
        acts = r"<(?:script|iframe|svg|form|base|meta)\b|<[^>]+\s(?:on\w+|srcdoc)=|<[^>]+javascript:"
        found = re.search(rf"{acts}|@import|example\.org/x", tags)
        assert not found, f"{page.name}: {tags[max(found.start() - 80, 0) : found.end() + 80]!r}"
        assert Path("/etc/hostname").read_text().strip() not in re.sub(r"<[^>]+>", "", article).split()


def test_book_runs_the_scripts_of_its_theme_alone(rendered):
    for page in (rendered / "book").rglob("*.html"):
        if "_static" not in page.parts:
            text = page.read_text()
            (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
            assert "default-src 'none'" in policy and "unsafe-eval" not in policy
            for script in re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", text, flags=re.DOTALL):
                digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
                assert f"'sha256-{digest}'" in policy, script[:80]


def test_stage_names_the_modality_in_the_title(make_run, tmp_path):
    stage_book(make_run(), tmp_path / "staged")
    notebook = nbformat.read(tmp_path / "staged/notebooks/03_autoencoder_metabolomics.ipynb", as_version=4)
    assert notebook.cells[0].source.splitlines()[0].endswith(": metabolomics")


def test_stage_adds_chapters_of_further_modalities(make_run, tmp_path):
    stage_book(make_run(further=("03_autoencoder_proteomics",)), tmp_path / "staged")
    toc = yaml.safe_load((tmp_path / "staged/_toc.yml").read_text())
    files = [chapter["file"] for chapter in toc["parts"][1]["chapters"]]
    assert files[3:6] == [
        "notebooks/03_autoencoder_metabolomics",
        "notebooks/03_autoencoder_proteomics",
        "notebooks/04_associations",
    ]


def test_stage_links_a_companion_by_a_relative_path(make_run, tmp_path):
    mice = make_run("mice & diets", summary=SUMMARY | {"title": "Mice", "simulated": False})
    stage_book(make_run(), tmp_path / "staged", [mice])
    target = "../../../mice%20%26%20diets/book/index.html"
    line = f'The same pages on a real study: <a class="companion" href="{target}">Mice</a>'
    assert line in (tmp_path / "staged/book/index.md").read_text()


def test_stage_names_missing_notebooks(make_run, tmp_path):
    run = make_run()
    (run / "notebooks/04_associations.ipynb").unlink()
    with pytest.raises(
        RunError, match=r"lacks notebooks/04_associations\.ipynb; .* Run `omics-book run` first\."
    ):
        stage_book(run, tmp_path / "staged")
    assert not (tmp_path / "staged").exists()


def test_book_leaves_out_the_pages_that_only_some_runs_have(make_run, tmp_path):
    run = make_run()
    stage_book(run, tmp_path / "staged")
    contents = (tmp_path / "staged/_toc.yml").read_text()
    assert all(f"notebooks/{page}\n" in contents for page in OPTIONAL)
    for page in OPTIONAL:
        (run / f"notebooks/{page}.ipynb").unlink()
    stage_book(run, tmp_path / "staged")
    contents = (tmp_path / "staged/_toc.yml").read_text()
    assert not any(f"notebooks/{page}\n" in contents for page in OPTIONAL)
    assert "notebooks/sample_graph" in contents


def test_stage_names_missing_summary(make_run, tmp_path):
    run = make_run()
    (run / "summary.json").unlink()
    with pytest.raises(RunError, match=r"lacks summary\.json"):
        stage_book(run, tmp_path / "staged")


def test_stage_names_values_that_the_pages_print_but_the_run_lacks(make_run, tmp_path):
    run = make_run(summary={key: value for key, value in SUMMARY.items() if key != "n_pairs"})
    with pytest.raises(RunError, match=r"no value for n_pairs; pages print it"):
        stage_book(run, tmp_path / "staged")


def test_every_reference_is_listed_once():
    keys = re.findall(r"^@\w+\{(\w+),", project_file("book/references.bib").read_text(), flags=re.MULTILINE)
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_every_reference_is_cited():
    entries = re.findall(
        r"^@\w+\{(\w+),", project_file("book/references.bib").read_text(), flags=re.MULTILINE
    )
    notebooks = Path(project_file("book")).parent / "notebooks"
    pages = [*project_file("book").glob("*.md"), *notebooks.glob("*.ipynb")]
    cited = {
        key
        for page in pages
        for keys in re.findall(r"{cite\w*}`([^`]+)`", page.read_text())
        for key in keys.split(",")
    }
    assert sorted(set(entries) - {key.strip() for key in cited}) == []


def test_render_shows_the_run(rendered):
    cover = (rendered / "book/book/index.html").read_text()
    assert "600,000" in cover
    assert "Planted | modules *and* {{ more }}" in cover
    assert (rendered / "book/index.html").read_text().count("book/index.html") == 2


def test_render_hides_removed_cells(rendered):
    page = (rendered / "book/notebooks/01_data.html").read_text()
    assert "secret" not in page
    assert "The parameters of this run" in page


def test_render_leaves_no_path_of_this_machine(rendered):
    places = re.compile(
        rf"{re.escape(str(rendered.parent))}|{Path.home()}/|/home/\w|/Users/\w|(?<![\w.])/tmp/"
    )
    for name, content in _tree(rendered / "book").items():
        if Path(name).suffix in {".html", ".ipynb", ".md", ".txt"} or name == "searchindex.js":
            assert not (found := places.search(content.decode())), f"{name}: {found}"


def test_render_gives_the_same_bytes_twice(rendered, tmp_path):
    again = tmp_path / "elsewhere" / "demo"
    _make_run(again)
    mice = tmp_path / "elsewhere" / "mice & diets"
    shutil.copytree(rendered.parent / "mice & diets", mice, ignore=shutil.ignore_patterns("book"))
    render_book(again, [mice])
    first, second = _tree(rendered / "book"), _tree(again / "book")
    assert sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name)) == []


@pytest.mark.notebook
def test_render_fails_on_a_warning_and_keeps_the_old_book(make_run):
    run = make_run()
    (run / "book").mkdir()
    (run / "book/index.html").write_text("old")
    path = run / "notebooks/01_data.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_markdown_cell("See {ref}`nowhere`."))
    notebook.cells.append(
        new_code_cell("warn()", outputs=[new_output("stream", name="stderr", text="oh no")])
    )
    nbformat.write(notebook, path)
    with pytest.raises(RunError) as caught:
        render_book(run)
    assert "undefined label: 'nowhere'" in str(caught.value)
    assert "stderr" in str(caught.value)
    assert (run / "book/index.html").read_text() == "old"
    assert [entry.name for entry in run.iterdir() if entry.name.startswith(".book")] == []


@pytest.fixture(scope="session")
def both_books(both_runs, tmp_path_factory) -> tuple[Path, Path]:
    """Render the books of copies of both runs, each linked to the other; return the copies."""
    folder = tmp_path_factory.mktemp("books")
    runs = tuple(shutil.copytree(run, folder / run.name) for run in both_runs)
    for run, companion in (runs, runs[::-1]):
        (companion / "book").mkdir(exist_ok=True)  # whichever comes second finds a book there
        if not (companion / "book/index.html").exists():
            (companion / "book/index.html").write_text("<!doctype html><title>companion</title>")
        render_book(run, [companion])
    return runs


NOISY = {
    "a bare object": r"<IPython|&lt;IPython|object at 0x|&lt;pandas|Styler",
    "an address": r"at 0x[0-9a-f]{4}|x7f[0-9a-f]{6}",
    "a range of nothing": r"\b0\.0+ to 0\.0+\b",
    "digits that say nothing": r"(?<![\w.])\d\.\d{3,}e[-+]\d+|0\.000999|>-?\d+\.0*[1-9]\d{5,}<",
    "a missing value as code": r"<td[^>]*>\s*(?:NaN|None|nan|&lt;NA&gt;)\s*</td>",
    "a negative nothing": r">-0\.?0*<",
    "a table without rows": r"<tbody>\s*</tbody>\s*</table>\s*</div>",
    "nan in a sentence": r"\b(?:nan|inf)\b",
    "the place of another run": r"runs/demo&quot;|&quot;runs/|runs/demo\"",
}


@pytest.mark.parametrize("noise", NOISY)
@pytest.mark.parametrize("place", [0, 1], ids=["planted", "empty_handed"])
def test_pages_show_nothing_that_no_reader_can_read(noise, place, both_books):
    book = both_books[place] / "book"
    for page in [*(book / "notebooks").glob("*.html"), *(book / "_sources/notebooks").glob("*.ipynb")]:
        text = page.read_text()
        if page.suffix == ".html":
            text = re.sub(r"<script.*?</script>|<style.*?</style>|<head.*?</head>", "", text, flags=re.DOTALL)
        else:
            outputs = [cell.get("outputs", []) for cell in json.loads(text)["cells"]]
            shown = [output.get("data", {}) for cell in outputs for output in cell]
            text = "\n".join(v for data in shown for k, v in data.items() if k.startswith("text/") for v in v)
        found = re.search(NOISY[noise], text)
        assert not found, f"{page.name}: {text[max(found.start() - 80, 0) : found.end() + 40]!r}"


@pytest.mark.parametrize("place", [0, 1], ids=["planted", "empty_handed"])
def test_every_figure_says_what_it_shows_and_can_be_had(place, both_books):
    book, shown = both_books[place] / "book", 0
    for path in sorted(book.rglob("*.html")):
        page = path.read_text()
        for image in re.findall(r"<img[^>]*_images/[^>]*>", page):
            shown += 1
            alt = re.search(r' alt="([^"]*)"', image)
            assert alt and len(alt[1]) >= 30 and "_images" not in alt[1] and "nan" not in alt[1], (
                path.name,
                image,
            )
        assert page.count("_images/") == page.count('class="legend"'), path.name
    assert shown > 30
    kinds = [path.suffix for path in (book / "_downloads").rglob("*.p*")]
    assert kinds.count(".png") == kinds.count(".pdf") == shown


def test_pages_show_the_parameters_of_the_run_once(both_books):
    for run in both_books:
        for page in (run / "book/notebooks").glob("0*.html"):
            text = re.sub(r"<[^>]+>", "", page.read_text())
            assert text.count("# The parameters of this run") == 1
            assert re.search(rf"^run: str = '{run.name}'", text.replace("&#39;", "'"), flags=re.MULTILINE)


@pytest.mark.parametrize("place", [0, 1], ids=["planted", "empty_handed"])
def test_book_of_a_run_reads_well_from_the_disk(place, both_books, driver):
    pages = check_book(driver, both_books[place] / "book", axe=place == 0)
    assert {page.path.name for page in pages} >= {"methods.html", "glossary.html", "07_release.html"}
    assert [f"{page.path.name}: {problem}" for page in pages for problem in page.problems] == []
    assert sum(page.n_equations for page in pages) > len(CHAPTERS)


@pytest.mark.browser
@pytest.mark.skipif("OMICS_BOOKS" not in os.environ, reason="OMICS_BOOKS names books that lie ready")
def test_books_that_lie_ready_read_well(driver):
    books = [Path(name) for name in os.environ["OMICS_BOOKS"].split(os.pathsep)]
    said = [
        f"{page.path}: {problem}"
        for book in books
        for page in check_book(driver, book)
        for problem in page.problems
    ]
    assert said == []


def test_book_search_finds_a_page(rendered, driver):
    assert any("Methods" in title for title in search(driver, rendered / "book", "row space"))


def test_book_cover_weighs_less_than_a_megabyte(rendered, driver):
    assert weight(driver, rendered / "book/book/index.html") < 1e6


def test_folded_code_opens_by_keyboard_alone(both_books, driver):
    from selenium.webdriver.common.keys import Keys

    open_page(driver, both_books[0] / "book/notebooks/06_figures.html")
    summary = driver.find_element("css selector", "main details summary")
    seen = "return document.querySelector('main details pre').checkVisibility({contentVisibilityAuto: true})"
    assert not driver.execute_script(seen)
    summary.send_keys(Keys.ENTER)
    assert driver.execute_script(seen)


def test_solution_opens_by_keyboard_when_it_is_asked_for(both_books, driver):
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    open_page(driver, both_books[0] / "book/notebooks/01_data.html")
    answer = (
        "const box = document.querySelector('.admonition.solution');"
        "return [...box.querySelectorAll('.cell')].some(e => e.checkVisibility({visibilityProperty: true}))"
    )
    assert not driver.execute_script(answer)
    driver.find_element("css selector", ".admonition.solution button.toggle-button").send_keys(Keys.ENTER)
    WebDriverWait(driver, 10).until(lambda d: d.execute_script(answer))


def test_first_tab_leads_to_the_text(rendered, driver):
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    open_page(driver, rendered / "book/notebooks/01_data.html")
    driver.find_element("css selector", "body").send_keys(Keys.TAB)
    first = driver.switch_to.active_element
    WebDriverWait(driver, 10).until(lambda _: first.text == "Skip to main content")  # it slides in
    assert first.value_of_css_property("outline-style") != "none"
    first.send_keys(Keys.ENTER)
    assert driver.execute_script("return location.hash") == "#main-content"


def test_dark_mode_is_one_button_and_stays(rendered, driver):
    book = rendered / "book"
    dark = "return getComputedStyle(document.body).backgroundColor"
    open_page(driver, book / "book/glossary.html")
    before = driver.execute_script(dark)
    button = driver.find_element("css selector", ".theme-switch-button")
    for _ in range(3):  # auto, light, dark
        button.click()
        if driver.execute_script("return document.documentElement.dataset.theme") == "dark":
            break
    assert driver.execute_script(dark) != before
    open_page(driver, book / "book/methods.html", fresh=False)
    assert driver.execute_script("return document.documentElement.dataset.theme") == "dark"
    driver.execute_script("localStorage.clear()")


def test_network_shows_the_neighbours_of_a_gene_that_is_searched(both_books, driver):
    from selenium.webdriver.common.keys import Keys

    open_page(driver, both_books[0] / "book/notebooks/06_figures.html")
    section = driver.find_element("css selector", ".explore[data-network] section")
    data = json.loads(section.find_element("xpath", "..").get_attribute("data-network"))
    joined = [m for g, m, _ in data["pairs"] if g == 0]
    section.find_element("css selector", "input").send_keys(data["genes"][0])
    near = [node.text for node in section.find_elements("css selector", ".near text")]
    said = section.find_elements("css selector", "[role=status] button")
    names = sorted(data["metabolites"][m] for m in joined)
    assert sorted(button.get_property("textContent") for button in said) == names and len(near) == len(names)
    assert len(section.find_elements("css selector", "line.near")) == len(joined)
    said[0].send_keys(Keys.ENTER)
    first = section.find_element("css selector", ".self text").get_property("textContent")
    assert first in names and section.find_element("css selector", "input").get_property("value") == first


def test_maps_show_a_sample_that_is_searched_in_each_of_them(both_books, driver):
    open_page(driver, both_books[0] / "book/notebooks/06_figures.html")
    section = driver.find_element("css selector", ".explore[data-samples] section")
    data = json.loads(section.find_element("xpath", "..").get_attribute("data-samples"))
    section.find_element("css selector", "input").send_keys(data["names"][2])
    assert len(section.find_elements("css selector", ".self")) == len(data["panels"]) == 6
    said = section.find_element("css selector", "[role=status]").get_property("textContent")
    assert said.startswith(data["names"][2]) and data["columns"][0]["values"][2] in said


def test_names_in_a_network_are_text(rendered, driver):
    open_page(driver, rendered / "book/notebooks/01_data.html")
    names = driver.find_elements("css selector", ".explore .gene text")
    assert [name.get_property("textContent") for name in names] == ACTING["genes"]
    assert driver.find_elements("css selector", ".explore img") == [] and "MARKED" not in driver.title


def test_figures_stand_without_javascript(both_books, driver):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver.get((both_books[0] / "book/notebooks/06_figures.html").resolve().as_uri())
        pictures = driver.find_elements("css selector", ".cell_output img, .cell_output svg, figure img")
        explored = driver.find_elements("css selector", ".explore")
        assert len(pictures) >= 6 and all(picture.rect["height"] > 100 for picture in pictures)
        assert len(explored) == 2 and all(place.rect["height"] == 0 for place in explored)
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_script_that_draws_networks_is_the_published_one():
    script = project_file("book/_extra/explore/d3.min.js").read_bytes()
    assert script.startswith(b"// https://d3js.org v7.9.2 ")
    assert hashlib.sha256(script).hexdigest() == D3_7_9_2


def test_wide_table_fades_where_it_goes_on(tmp_path, rendered, driver):
    page = rendered / "book/book/data_dictionary.html"
    open_page(driver, page)
    set_width(driver, 390)
    edge = (
        "const boxes = [...document.querySelectorAll('.pst-scrollable-table-container')];"
        "return boxes.map(b => [b.scrollWidth > b.clientWidth, "
        "getComputedStyle(b).getPropertyValue('--more-right') !== '0px'])"
    )
    seen = driver.execute_script(edge)
    assert any(scrolls for scrolls, _ in seen)
    assert [cue for scrolls, cue in seen if cue != scrolls] == []


def test_browser_check_sees_what_is_broken(tmp_path, driver):
    (tmp_path / "page.html").write_text(
        '<!doctype html><title>x</title><img src="gone.png"><a href="gone.html">a</a><a href="#gone">b</a>'
        '<script src="https://example.invalid/x.js"></script><div style="width: 999px">wide</div>'
        '<span class="math">x</span><script>console.error("bad")</script><p style="color: #ddd">pale</p>'
        "<table><thead><tr><th></th></tr></thead><tbody><tr><td>a</td><td> </td></tr></tbody></table>"
        "<div class='cell_output'><pre>&lt;IPython.core.display.Markdown object&gt;</pre></div>"
    )
    (page,) = check_book(driver, tmp_path)
    said = "\n".join(page.problems)
    for problem in (
        "asks the network for https://example.invalid/x.js",
        "cannot load",
        "image not loaded: gone.png",
        "an alternative text that says nothing: ''",
        "equation not typeset: x",
        "too wide at 390 px",
        '"bad"',
        "gone.html",
        "dead anchor",
        "light, color-contrast",
        "dark, image-alt",
        "empty-table-header",
        "blank cell in the row: a",
        "not for readers: <IPython",
    ):
        assert problem in said


def test_render_refuses_a_folder_that_does_not_exist_in_few_words(tmp_path):
    with pytest.raises(RunError, match=r"nowhere: no such folder"):
        render_book(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "text", ["", "null", "{}", "[" * 100_000, '{"nbformat": "/etc/passwd"}', '{"nbformat": 4, "cells": 7}']
)
def test_damaged_notebook_is_refused_by_name(tmp_path, text):
    (tmp_path / "01_data.ipynb").write_text(text)
    with pytest.raises(RunError, match=r"01_data\.ipynb: not readable as an executed notebook"):
        write_clean_notebook(tmp_path / "01_data.ipynb", tmp_path / "clean.ipynb", tmp_path)
    assert not (tmp_path / "clean.ipynb").exists()


@pytest.mark.parametrize("text", ["", "7", "[" * 100_000, '{"n_genes": ' + "9" * 5000 + "}"])
def test_damaged_summary_is_refused_by_name(tmp_path, text):
    (tmp_path / "summary.json").write_text(text)
    with pytest.raises(RunError, match=r"summary\.json"):
        substitutions(tmp_path, [])
