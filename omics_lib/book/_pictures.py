"""Figures of a page: the files of each, and the directive that shows them with caption and alternative text.

A run folder may have come from somebody else. So an SVG holds nothing but what matplotlib draws, a PDF
nothing that acts, and the words are text.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from .._escape import plain
from ._outputs import one_paragraph

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_ELEMENTS = {"svg", "defs", "style", "g", "path", "use", "clipPath", "rect", "image", "pattern"}
_ATTRIBUTES = {
    "id", "d", "style", "type", "transform", "clip-path", "width", "height", "viewBox", "version", "x", "y",
    "fill", "patternUnits", _LINK,
}  # fmt: skip
_SHEET = "*{stroke-linejoin: round; stroke-linecap: butt}"
_INSIDE = re.compile(r"#[\w-]+|data:image/png;base64,[\sA-Za-z0-9+/=]+")
_CALLS = re.compile(r"\b(?:rotate|translate|scale|matrix|rgb)\([-\d.,%\se]*\)|\burl\(#[\w-]+\)")
_UNUSUAL = re.compile(r"[()@\\<&]")
_PROLOG = re.compile(
    r'<\?xml version="1\.0" encoding="utf-8" standalone="no"\?>\s*<!DOCTYPE svg PUBLIC [^>\[]*>'
)
_ACTS = re.compile(
    rb"/(?:JS|JavaScript|OpenAction|AA|Launch|URI|GoToR|GoToE|SubmitForm|ImportData|EmbeddedFiles?|RichMedia|XFA|AcroForm|"
    rb"ObjStm|Encrypt|\w{0,20}#[0-9A-Fa-f]{2}\w*)[\s/<(\[]"
)
_MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-1."}


def is_plain_svg(text: str) -> bool:
    """Tell whether an SVG holds only what matplotlib draws, and refers to nothing outside.

    Examples
    --------
    >>> is_plain_svg('<svg xmlns="http://www.w3.org/2000/svg"><path d="M 0 0"/></svg>')
    True
    >>> is_plain_svg('<svg xmlns="http://www.w3.org/2000/svg" onload="go()"/>')
    False
    """
    body = re.sub(r"<!--.*?-->", "", _PROLOG.sub("", text, count=1), flags=re.DOTALL)
    if "<!" in body or "<?" in body:  # entities, other documents, style sheets
        return False
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return False
    return root.tag == f"{_SVG}svg" and all(map(_is_drawn, root.iter()))


def _is_drawn(element: ElementTree.Element) -> bool:
    name = element.tag.removeprefix(_SVG)
    text = (element.text or "").strip()
    return (
        element.tag != name
        and name in _ELEMENTS
        and (text == _SHEET if name == "style" else not text)
        and all(_is_harmless(key, value) for key, value in element.attrib.items())
    )


def _is_harmless(key: str, value: str) -> bool:
    if key == _LINK:
        return _INSIDE.fullmatch(value) is not None
    return key in _ATTRIBUTES and not _UNUSUAL.search(_CALLS.sub("", value))


def as_directive(output: Any, folder: Path, name: str) -> str | None:
    """Write the files of a figure that `plots.show` showed, and return the directive that places it.

    Parameters
    ----------
    output : output of an executed cell
    folder : Path
        Where the files go; pages lie beside it.
    name : str
        What they are called where the figure has no name of its own.

    Returns
    -------
    str or None
        None where the output is no figure with words, or its picture is not what it should be.
    """
    told, data = output.get("metadata", {}).get("figure"), output.get("data", {})
    picture = data.get("image/svg+xml")
    if not isinstance(told, dict) or not isinstance(picture, str) or not is_plain_svg(picture):
        return None
    own = str(told.get("name", ""))
    stem = f"{name}-{own}" if re.fullmatch(r"[A-Za-z][\w-]{0,60}", own) else name
    folder.mkdir(exist_ok=True)
    (folder / f"{stem}.svg").write_text(picture, encoding="utf-8", newline="\n")
    offered = []
    for suffix, kind in (("png", "image/png"), ("pdf", "application/pdf")):
        form = _decoded(data.get(kind), _MAGIC[suffix])
        if form and not (suffix == "pdf" and _ACTS.search(form)):
            (folder / f"{stem}.{suffix}").write_bytes(form)
            offered.append(f"{{download}}`{suffix.upper()} <{folder.name}/{stem}.{suffix}>`")
    caption = one_paragraph(plain(told.get("caption", "")))
    alt = json.dumps(plain(told.get("alt", "")), ensure_ascii=False)
    lines = [f"{folder.name}/{stem}.svg", f":alt: {alt}", "", caption, "", " · ".join(offered), "```````"]
    return "\n".join([f"```````{{figure}} {lines[0]}", *lines[1:]])


def _decoded(content: object, magic: bytes) -> bytes | None:
    try:
        form = base64.b64decode(content) if isinstance(content, str) else b""
    except (binascii.Error, ValueError):
        return None
    return form if form.startswith(magic) else None
