"""Text that came from a study shows as it is, wherever it is shown."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from omics_lib import narrate
from omics_lib._escape import _one_line, in_figure, md, md_code, md_note
from omics_lib._files import project_file

EXTENSIONS = yaml.safe_load(project_file("_config.yml").read_text(encoding="utf-8"))["parse"]
PARSER = create_md_parser(
    MdParserConfig(enable_extensions=EXTENSIONS["myst_enable_extensions"]), RendererHTML
)
HOSTILE = [
    "$x$", "_a_", "**b**", "`c`", "``", "a|b", "<b>", "</td>", "{{ 7*7 }}", "{ref}`x`", "[a](b)", "![](c)",
    "&lt;", "x" * 300, "肝脏", "a\nb", "\\", "#", "# a", "(a)=", ":::", "%", "~~", "^", "a  \nb", "{#id .c}",
    "[^1]", "\x00",
]  # fmt: skip


def shown(markdown: str) -> list[tuple[str, str]]:
    """Parse one paragraph as the book does; return the kind and text of its parts."""
    paragraph, inline, _ = PARSER.parse(markdown)
    assert paragraph.type == "paragraph_open"
    return [(token.type, token.content) for token in inline.children]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_plain_text_in_a_page(name):
    parts = shown(f"Of {md(name)} and more.")
    assert {kind for kind, _ in parts} <= {"text", "text_special"}
    assert "".join(text for _, text in parts) == f"Of {_one_line(name)} and more."


@given(st.text(max_size=60))
def test_any_name_is_plain_text_in_a_page(name):
    parts = shown(f"Of **{md(name)}** and more.")
    assert "".join(text for _, text in parts) == f"Of {_one_line(name)} and more."


@given(st.text(max_size=60))
def test_any_name_is_one_code_span(name):
    code = shown(f"Of {md_code(name)} and more.")[1]
    assert code == ("code_inline", _one_line(name))


def test_note_keeps_its_own_code_spans():
    parts = shown(f"It says {md_note('column `a_b` has a level _x_ in {{ 7*7 }} and <b>')}")
    assert ("code_inline", "a_b") in parts
    assert "has a level _x_ in {{ 7*7 }} and <b>" in "".join(text for _, text in parts)


@given(st.text(max_size=100), st.integers(8, 40))
def test_text_in_a_figure_is_one_short_line(text, longest):
    line = in_figure(text, longest)
    assert line.isprintable() and not line.startswith("_")
    assert len(line.replace("\\$", "$").strip()) <= longest


@pytest.mark.parametrize("name", ["{{ 7*7 }}", "<b>x", "_a_$b$"])
def test_sentences_show_names_as_they_are(name):
    import pandas as pd

    best = pd.Series({"gene": name, "metabolite": name, "rho": 0.9})
    said = "".join(text for _, text in shown(narrate.pair(best)))
    assert f"{name} and {name}, rho = 0.90" in said
