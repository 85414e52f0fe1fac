from __future__ import annotations

import base64
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest
from nbformat.v4 import new_output

from omics_lib.book._pictures import as_directive, is_plain_svg
from omics_lib.plots._canvas import drawn_forms

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


@pytest.fixture(scope="module")
def forms() -> dict[str, bytes]:
    """A figure with everything that figures of the book have: bars with hatches, dots as pixels, names."""
    figure, (left, right) = plt.subplots(1, 2)
    left.bar([1, 2], [1, 2], hatch="///", label="a<b & c --> d")
    left.legend()
    right.scatter([1, 2], [1, 2], rasterized=True)
    right.imshow([[0, 1]])
    right.set(xlabel="x" * 50, title="$x^2$")
    forms = drawn_forms(figure)
    plt.close(figure)
    return forms


def shown(forms: dict[str, bytes], **changed: str) -> Any:
    """An output as `plots.show` leaves it."""
    data = {
        "image/svg+xml": forms["svg"].decode(),
        "image/png": base64.b64encode(forms["png"]).decode(),
        "application/pdf": base64.b64encode(forms["pdf"]).decode(),
    }
    told = {"caption": "Two **bars**.", "alt": "Bars of 1 and 2.", "name": ""} | changed
    return new_output("display_data", data=data, metadata={"figure": told})


def test_what_matplotlib_draws_is_plain(forms):
    assert is_plain_svg(forms["svg"].decode())


@pytest.mark.parametrize(
    "content",
    [
        "<script>go()</script>",
        '<g onclick="go()"/>',
        '<a xlink:href="https://example.org"><path d=""/></a>',
        '<use xlink:href="https://example.org/x.svg#a"/>',
        '<image xlink:href="https://example.org/x.png"/>',
        '<image xlink:href="data:image/svg+xml;base64,AAAA"/>',
        '<image href="x.png"/>',
        '<path style="fill: url(https://example.org/x)"/>',
        '<path style="fill: u\\72l(x)"/>',
        "<style>@import url(//example.org)</style>",
        "<style>*{fill: red}</style>",
        "<foreignObject/>",
        '<html xmlns="http://www.w3.org/1999/xhtml"/>',
        '<animate attributeName="href" values="javascript:go()"/>',
        "<g>text</g>",
        "<![CDATA[<script>go()</script>]]>",
        "<?xml-stylesheet href='//example.org'?>",
        "<g>",
    ],
)
def test_svg_with_anything_else_is_not_plain(content):
    assert is_plain_svg(f'{HEAD}<g><path d="M 0 0" style="fill: #fff; clip-path: url(#p1)"/></g></svg>')
    assert not is_plain_svg(f"{HEAD}{content}</svg>")


def test_svg_with_entities_is_not_plain():
    bomb = f'<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>{HEAD}<g id="&b;"/></svg>'
    assert not is_plain_svg(bomb)


def test_figure_becomes_files_and_a_directive(forms, tmp_path):
    said = as_directive(shown(forms), tmp_path / "figures", "page-3")
    for suffix, form in forms.items():
        assert (tmp_path / f"figures/page-3.{suffix}").read_bytes() == form
    assert said is not None
    lines = said.splitlines()
    assert lines[0] == "```````{figure} figures/page-3.svg"
    assert lines[1:4] == [':alt: "Bars of 1 and 2."', "", "Two **bars**."]
    assert lines[5] == "{download}`PNG <figures/page-3.png>` · {download}`PDF <figures/page-3.pdf>`"


def test_figure_with_a_name_is_called_so_and_no_name_leads_elsewhere(forms, tmp_path):
    as_directive(shown(forms, name="network"), tmp_path / "figures", "page-3")
    as_directive(shown(forms, name="../../x"), tmp_path / "figures", "page-4")
    assert {path.stem for path in (tmp_path / "figures").iterdir()} == {"page-3-network", "page-4"}
    assert [path.name for path in tmp_path.iterdir()] == ["figures"]


@pytest.mark.parametrize(
    "text",
    ["```````\n{include} x", "{download}`x </etc/passwd>`", "<script>go()</script>", "```{raw} html", "# a"],
)
def test_words_of_a_figure_are_text(text, forms, tmp_path):
    said = as_directive(
        shown(forms, caption=text, alt=f'"\n:class: x {text}'), tmp_path / "figures", "page-3"
    )
    assert said is not None
    lines = said.splitlines()
    assert len(lines) == 7
    assert lines[1].startswith(':alt: "\\" :class: x ')
    assert lines[3].startswith("\\")
    assert lines[-1] == "```````"


def test_figure_that_is_none_is_left_to_the_list_of_outputs(forms, tmp_path):
    picture = shown(forms)
    picture.data["image/svg+xml"] = f"{HEAD}<script>go()</script></svg>"
    assert as_directive(picture, tmp_path / "figures", "page-3") is None
    untold = shown(forms)
    untold.metadata = {}
    assert as_directive(untold, tmp_path / "figures", "page-3") is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "word", [b"/JavaScript ", b"/JS(", b"/OpenAction<<", b"/#4aS ", b"/ObjStm/", b"/URI ("]
)
def test_pdf_that_acts_is_not_offered(word, forms, tmp_path):
    changed = forms | {"pdf": forms["pdf"] + b"1 0 obj << " + word + b">> endobj"}
    said = as_directive(shown(changed), tmp_path / "figures", "page-3")
    assert said is not None
    assert "page-3.png" in said
    assert "pdf" not in said
    assert {path.suffix for path in (tmp_path / "figures").iterdir()} == {".svg", ".png"}
