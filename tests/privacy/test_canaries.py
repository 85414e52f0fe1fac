"""A hundred names in many scripts, in every form in which a name could leave: each is found."""

from __future__ import annotations

import base64
import bz2
import contextlib
import csv
import gzip
import html
import io
import json
import lzma
import os
import re
import unicodedata
import zlib
from urllib.parse import quote, quote_plus

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from privacy_helpers import tarred, zipped

from omics_lib import audit_release

_STEMS = (
    "Müller-Straße",
    "Åse Ødegård",
    "Đặng Thị",
    "Ивановa",
    "Παπαδόπουλος",
    "陈伟明",
    "山田太郎",
    "김민수민수",
    "محمد علي",
    "שרה כהן",
    "O'Brien & Sons",
    'the "Duke"',
    "donor_",
    "PT-2024/",
    "a+b=c;",
    "Zoë\u0301",
    "ﬁnch",
    "I\u0307stanbul",
    "𝔘nicode",
    "nul\\l",
)
CANARIES = [f"{stem}{number:03d}" for number in range(5) for stem in _STEMS]
assert len(set(CANARIES)) == 100


def parquet(text: str) -> bytes:
    stream = io.BytesIO()
    field = pa.field("x", pa.float64(), metadata={"note": text})
    pq.write_table(pa.table([[1.0]], schema=pa.schema([field])), stream)
    return stream.getvalue()


def hdf5(text: str, *, attribute: bool) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        values = [text if not attribute else "x"] * 50
        data = file.create_dataset(
            "d", data=values, dtype=h5py.string_dtype(), compression="gzip", chunks=(50,)
        )
        data.attrs["note"] = text if attribute else "x"
    return stream.getvalue()


def pdf(text: bytes) -> bytes:
    """Show a text in two strings, as PDFs do to move letters closer."""
    first, rest = (re.sub(rb"([\\()])", rb"\\\1", part) for part in (text[:4], text[4:]))
    stream = zlib.compress(b"BT [(" + first + b")-20(" + rest + b")] TJ ET")
    return b"%PDF-1.4\n1 0 obj <</Length 9>>\nstream\n" + stream + b"\nendstream\nendobj"


def notebook(text: str) -> bytes:
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + text.encode()).decode()
    outputs = [{"data": {"image/png": picture}}]
    return json.dumps({"cells": [{"outputs": outputs}]}).encode()


def csv_cell(text: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerow([text, 1])
    return stream.getvalue().encode()


def forms(name: str) -> dict[str, bytes]:
    """Write a name in every form; those that have no bytes for its letters are left out."""
    raw, noise = name.encode(), np.random.default_rng(0).bytes(64)
    composed = {form: unicodedata.normalize(form, name) for form in ("NFC", "NFD")}
    found = {
        "plain": raw,
        "upper": name.upper().encode(),
        "lower": name.lower().encode(),
        "fold": name.casefold().encode(),
        "trailing": f"{name}   \n".encode(),
        "glued": f"xx{name}yy".encode(),
        **{form: text.encode() for form, text in composed.items()},
        "url": quote(name, safe="").encode(),
        "url lower": quote(name, safe="").lower().encode(),
        "url plus": quote_plus(name).encode(),
        "html": html.escape(name).encode(),
        "html decimal": name.encode("ascii", "xmlcharrefreplace"),
        "html hex": "".join(f"&#x{ord(c):x};" for c in name).encode(),
        "json": json.dumps(name).encode(),
        "json plain": json.dumps(name, ensure_ascii=False).encode(),
        "csv": csv_cell(name),
        "base64 in text": b"x: " + base64.b64encode(raw) + b"\n",
        **{f"base64 after {n}": base64.b64encode(noise[:n] + raw + noise[:9]) for n in range(3)},
        "base64 url": base64.urlsafe_b64encode(noise + raw),
        "base64 lines": base64.encodebytes(noise * 3 + raw),
        "hex": raw.hex().encode(),
        "hex upper": raw.hex().upper().encode(),
        "hex spaced": raw.hex(" ").encode(),
        "hex odd": b"a" + raw.hex().encode(),
        "in bytes": noise + raw + noise,
        **{
            code: name.encode(code)
            for code in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
        },
        "utf-16 odd": b"x" + name.encode("utf-16-le"),
        "utf-32 odd": b"xyz" + name.encode("utf-32-be"),
        "utf-16 NFD": composed["NFD"].encode("utf-16-be"),
        "base64 utf-16": base64.b64encode(name.encode("utf-16-le")),
        "gzip": gzip.compress(raw),
        "bzip2": bz2.compress(raw),
        "xz": lzma.compress(raw),
        "zlib": zlib.compress(raw),
        "zip": zipped("a.txt", raw),
        "zip name": zipped(f"{name}.txt", b"x"),
        "zip comment": zipped("a", b"x", raw),
        "zip twice": zipped("a.gz", gzip.compress(raw)),
        "tar": tarred("a.txt", raw),
        "tar name": tarred(name, b"x"),
        "parquet field": parquet(name),
        "hdf5": hdf5(name, attribute=False),
        "hdf5 attribute": hdf5(name, attribute=True),
        "pdf": pdf(raw),
        "notebook": notebook(name),
        "svg": f"<svg><text>{html.escape(name)}</text></svg>".encode(),
        "svg picture": b'<svg><image href="data:image/png;base64,'
        + base64.b64encode(noise + raw)
        + b'"/></svg>',
    }
    with contextlib.suppress(UnicodeEncodeError):
        found["latin-1"] = name.encode("latin-1")
    return found


@pytest.mark.parametrize("first", range(0, 100, 20))
def test_every_name_is_found_in_every_form(first, tmp_path):
    names = CANARIES[first : first + 20]
    written = {}
    for number, name in enumerate(names):
        for form, content in forms(name).items():
            path = tmp_path / f"{number}" / form.replace(" ", "_")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            written[path.relative_to(tmp_path).as_posix()] = name
    audit = audit_release(tmp_path, CANARIES).set_index("file")
    assert sorted(audit.index) == sorted(written)
    missed = {file: name for file, name in written.items() if not audit.loc[file, "n_found"]}
    assert missed == {}


def test_names_of_empty_folders_and_links_are_found(tmp_path):
    name = CANARIES[0]
    (tmp_path / "a" / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(f"/elsewhere/{name}")
    (tmp_path / "plain").symlink_to(os.devnull)
    audit = audit_release(tmp_path, [name]).set_index("file")
    assert audit.loc[[f"a/{name}", "link"], "n_found"].tolist() == [1, 1]
    assert not audit["passed"].any() and "a link to" in audit.loc["plain", "not_audited"]


def test_other_names_are_found_nowhere(tmp_path):
    for number, name in enumerate(CANARIES[:20]):
        for form, content in forms(name).items():
            (tmp_path / f"{number}_{form.replace(' ', '_')}").write_bytes(content)
    others = [f"{stem}{number:03d}" for number in (7, 8) for stem in _STEMS]
    assert audit_release(tmp_path, others)["n_found"].eq(0).all()


def test_thousands_of_names_are_searched_at_once(tmp_path):
    table = pd.DataFrame({"a": np.arange(20_000) / 7, "b": "word"})
    table.to_csv(tmp_path / "a.csv")
    names = [f"patient_{number:05d}" for number in range(10_000)]
    assert audit_release(tmp_path, names)["passed"].all()
    (tmp_path / "a.csv").write_text("x,PATIENT_09999,y")
    assert audit_release(tmp_path, names)["found"].tolist() == ["patient_09999"]
