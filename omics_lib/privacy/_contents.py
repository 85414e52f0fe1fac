"""Everything that can be read in the bytes of a file, for the audit of a release."""

from __future__ import annotations

import gzip
import html
import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile, is_zipfile

import pyarrow.parquet as pq


def _png_parts(data: bytes) -> Iterator[bytes]:
    """Yield all chunks of a PNG but its pixels, compressed text unpacked, and whatever follows the end."""
    place = 8
    while place + 12 <= len(data):
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        body = data[place + 8 : place + 8 + length]
        if kind != b"IDAT":
            yield body
        if kind in (b"zTXt", b"iTXt"):
            yield _unpacked_text(kind, body)
        place += 12 + length
        if kind == b"IEND":
            break
    yield data[place:]


def _unpacked_text(kind: bytes, body: bytes) -> bytes:
    """Return the compressed text of a PNG chunk; plain text is searched as it stands."""
    _, _, text = body.partition(b"\0")
    if kind == b"iTXt":
        return zlib.decompress(text[2:].split(b"\0", 2)[-1]) if text[:1] == b"\1" else b""
    return zlib.decompress(text[1:])


def contents(data: bytes) -> Iterator[bytes]:
    """Yield what can be read in the bytes of a file; packed content is unpacked, also when packed twice."""
    if data[:2] == b"\x1f\x8b":
        yield data[:512]
        yield from contents(gzip.decompress(data))
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png_parts(data)
    elif is_zipfile(BytesIO(data)):
        with ZipFile(BytesIO(data)) as archive:
            yield archive.comment
            for name in archive.namelist():
                yield name.encode()
                yield from contents(archive.read(name))
    elif data[:4] == b"PAR1":
        table = pq.read_table(BytesIO(data))
        yield table.to_pandas().to_csv().encode()
        yield str(table.schema.metadata).encode()
    else:
        yield data


def texts(data: bytes) -> Iterator[str]:
    """Yield the bytes as text in every likely encoding, with and without the escapes of HTML and SVG."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"):
        text = data.decode(encoding, errors="replace")
        yield text
        if encoding == "utf-8" and "&" in text:
            yield html.unescape(text)
