"""The page that holds two runs beside each other: what studies call things is shown, and does nothing."""

from __future__ import annotations

import json
import re
from html import unescape

import pandas as pd
import pytest
from docutils.core import publish_parts
from myst_parser.docutils_ import Parser

from omics_lib.book._comparison import comparable, compare_runs
from omics_lib.errors import RunError

ACTING = [
    "<script>document.title='MARKED'</script>",
    "`<img src=x onerror=alert(1)>",
    "` | <svg onload=alert(1)> | `",
    "a | b\n\n# heading",
    "[x](javascript:alert(1)) ![y](https://example.org/y.png)",
    "{raw}`html` {{ cycler }} $x$ *a* __b__ {include}`/etc/hostname`",
    "\x1b[31mred\x00 \u202edesrever\n:::{raw} html\n<b>x</b>\n:::",
    "n" * 200,
]


def write_run(run, title, **parameters):
    run.mkdir()
    summary = {"title": title, "n_samples": 9, "n_genes": 8, "n_metabolites": 8, "parameters": parameters}
    (run / "summary.json").write_text(json.dumps(summary))
    pairs = pd.DataFrame({"gene": ACTING, "metabolite": ACTING[::-1], "rho": 0.9, "q": 0.01})
    extra = {"p": 0.001, "p_family": 0.01, "source": "direct"}
    pairs.assign(**extra).to_parquet(run / "associations.parquet", index=False)
    pairs.assign(score=0.9, rank=1).to_parquet(run / "refined.parquet", index=False)
    methods = {"method": ACTING, "knowledge": "tables", "truth": "known_pairs"}
    scores = pd.DataFrame(methods | {"metric": "average_precision", "value": 0.5})
    scores.to_csv(run / "evaluation.csv", index=False)
    return run


@pytest.fixture
def runs(tmp_path):
    hostile = {ACTING[2]: 1, "groups": ACTING[0], "covariates": ACTING}
    return write_run(tmp_path / "one", ACTING[0], **hostile), write_run(tmp_path / "two", ACTING[3])


def rendered(markdown):
    settings = {
        "myst_enable_extensions": [
            "amsmath",
            "attrs_block",
            "attrs_inline",
            "colon_fence",
            "deflist",
            "dollarmath",
        ],
        "report_level": 1,
        "warning_stream": False,
        "embed_stylesheet": False,
    }
    page = f"# Two runs compared\n\n{markdown}"
    return publish_parts(page, parser=Parser(), writer_name="html5", settings_overrides=settings)["html_body"]


def test_names_and_titles_are_shown_and_do_nothing(runs):
    page = rendered(compare_runs(runs[0], [runs[1]]))
    tags = {tag.lower() for tag in re.findall(r"<(\w+)", page)}
    assert tags <= {
        *("main", "section", "h1", "h2", "h3", "p", "strong", "code", "span"),
        *("table", "colgroup", "col", "thead", "tbody", "tr", "th", "td"),
    }
    assert "system-message" not in page and not re.search(r"<[^>]*\s(?:on\w+|href|src|style)=", page)
    text = " ".join(unescape(re.sub(r"<[^>]*>", "", page)).split())
    for name in (ACTING[0], ACTING[1], ACTING[2], ACTING[4], ACTING[5], ACTING[7]):
        assert " ".join(name.split()) in text
    assert "[31mred desrever :::{raw} html <b>x</b> :::" in text


def test_every_row_of_a_table_has_the_cells_of_its_head(runs):
    page = rendered(compare_runs(runs[0], [runs[1]]))
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        widths = {len(re.findall(r"<t[hd][ >]", row)) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)}
        assert len(widths) == 1


def test_run_without_tables_is_not_compared_and_damaged_ones_are_named(runs, tmp_path):
    (tmp_path / "empty").mkdir()
    assert comparable(runs[0], [tmp_path / "empty", runs[1]]) == [runs[1]]
    (runs[1] / "refined.parquet").write_bytes(b"none")
    with pytest.raises(RunError, match=r"refined\.parquet.*not readable as a table"):
        compare_runs(runs[0], [runs[1]])
