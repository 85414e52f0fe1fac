"""What cells may hold before they become part of a page: text, tables and figures, and nothing that acts.

A run folder may have come from somebody else, so its notebooks are data: Markdown can include files and HTML
can run scripts. What is on these lists shows; of HTML the rest is dropped, Markdown with anything else shows
as it is written.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import yaml

from .._escape import md
from .._files import project_file
from ._exercises import is_exercise

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_PROSE = {
    "text", "text_special", "inline", "softbreak", "hardbreak", "code_inline", "code_block", "fence", "hr",
    "math_inline", "math_inline_double", "math_block", "math_block_label", "amsmath", "dl", "dt", "dd",
    *(
        f"{name}_{end}"
        for name in (
            "paragraph", "heading", "strong", "em", "link", "bullet_list", "ordered_list", "list_item",
            "blockquote", "table", "thead", "tbody", "tr", "th", "td",
        )
        for end in ("open", "close")
    ),
}  # fmt: skip
_ROLES = {"term", "cite", "ref", "doc", "numref", "eq"}  # of the chapters' own sentences
_ATTRIBUTES = {"href", "start", "style", "class"}
_PAGE = re.compile(r"(\.\./book/|book/|\.\./notebooks/)?\w+(\.md|\.ipynb)?(#[\w-]+)?")
_WEB = re.compile(r"https?://[^\s<>\"']+")

_TAGS = {
    "a", "b", "br", "caption", "code", "col", "colgroup", "dd", "details", "div", "dl", "dt", "em", "h4",
    "hr", "i", "input", "label", "li", "ol", "p", "pre", "small", "span", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_HTML_ATTRIBUTES = {
    "*": {"class", "id", "style", "title"},
    "a": {"href", "target"},
    "input": {"type", "id", "class"},
    "label": {"for"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope", "valign", "halign"},
    "details": {"open"},
}
_STYLES = {
    "background-color", "border", "border-color", "color", "display", "font-size", "font-style",
    "font-weight", "max-width", "min-width", "text-align",
    "text-decoration", "vertical-align", "white-space", "width",
}  # fmt: skip
_SHEET = re.compile(r"<style[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
_FETCHES = re.compile(r"url\s*\((?!\s*[\"']?data:)|@import|image-set\s*\(", re.IGNORECASE)
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))")
_OWN_ID = re.compile(r"(T_|sk-)[\w-]+")  # of pandas' styled tables and scikit-learn's diagrams
_PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n"}
_TEXTS = {"text/plain", "text/html", "text/markdown"}


@functools.cache
def _parser() -> MarkdownIt:
    """Build the parser that the book uses."""
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    parse = yaml.safe_load(project_file("_config.yml").read_text(encoding="utf-8"))["parse"]
    return create_md_parser(MdParserConfig(enable_extensions=parse["myst_enable_extensions"]), RendererHTML)


def harmless_markdown(text: str, *, roles: bool = False) -> str:
    r"""Return Markdown as it is where it holds prose alone, else escaped, so that it shows as it is written.

    `roles` are terms, citations and references, as the chapters' own sentences have them.

    Examples
    --------
    >>> print(harmless_markdown("**3** of [10](https://example.org)"))
    **3** of [10](https://example.org)
    >>> print(harmless_markdown("{download}`/etc/hosts`"))
    \{download\}\`/etc/hosts\`
    """
    return text if _holds_prose(text, roles=roles) else md(text)


def _holds_prose(text: str, *, roles: bool) -> bool:
    return all(_is_prose(token, roles) for token in _tokens(_parser().parse(text)))


def one_paragraph(text: str) -> str:
    """Return a line of Markdown as it is where it is one paragraph of prose, else escaped."""
    prose = harmless_markdown(text, roles=True)
    kinds = [token.type for token in _parser().parse(prose)]
    return prose if kinds == ["paragraph_open", "inline", "paragraph_close"] else md(text)


def _tokens(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or ())


def _is_prose(token: Token, roles: bool) -> bool:
    if token.type == "colon_fence":
        return roles and is_exercise(token.info, token.content, lambda text: _holds_prose(text, roles=True))
    if token.type == "myst_role":
        return roles and token.meta["name"] in _ROLES
    if token.type == "link_open":
        target = str(token.attrs.get("href", ""))
        if not (_PAGE.fullmatch(target) or _WEB.fullmatch(target)):
            return False
    named = token.type == "fence" and token.info.strip().startswith("{")
    return token.type in _PROSE and not named and set(token.attrs) <= _ATTRIBUTES


def harmless_html(text: str) -> str:
    """Return HTML with its tables, words and colours, and without what acts or fetches.

    Examples
    --------
    >>> print(harmless_html('<p onclick="go()">1<script>go()</script></p>'))
    <p>1</p>
    """
    import nh3

    sheets = [re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL) for sheet in _SHEET.findall(text)]
    kept = [sheet for sheet in sheets if "<" not in sheet and not _FETCHES.search(_unescaped(sheet))]
    clean = nh3.clean(
        text,
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_HTML_ATTRIBUTES,
        attribute_filter=_filtered,
        generic_attribute_prefixes={"data-", "aria-"},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
        filter_style_properties=_STYLES,
    )
    return "".join(f"<style>{sheet}</style>" for sheet in kept) + clean


def _unescaped(sheet: str) -> str:
    """Undo the escapes of a style sheet, behind which its words may hide."""
    return _CSS_ESCAPE.sub(lambda found: found[2] or chr(min(int(found[1] or "0", 16), 0x10FFFF)), sheet)


def _filtered(tag: str, name: str, value: str) -> str | None:
    if name in ("id", "for"):
        return value if _OWN_ID.fullmatch(value) else None
    if name == "type":
        return value if value == "checkbox" else None
    return value


def harmless_output(data: dict[str, Any]) -> None:
    """Leave of an output's forms, in place, those that pages show, each made harmless."""
    for kind, content in list(data.items()):
        if kind in _PICTURES and _is_picture(content, _PICTURES[kind]):
            continue
        if kind not in _TEXTS or not isinstance(content, str):
            del data[kind]
        elif kind == "text/markdown":
            data[kind] = harmless_markdown(content)
        elif kind == "text/html":
            data[kind] = harmless_html(content)


def _is_picture(content: object, magic: bytes) -> bool:
    try:
        return isinstance(content, str) and base64.b64decode(content).startswith(magic)
    except (binascii.Error, ValueError):
        return False
