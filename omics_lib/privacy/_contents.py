"""Everything that can be read in the bytes of a file: packed content is unpacked, however deep it lies.

Each piece is a place (a path of what it lies in) and bytes. What cannot be opened is said, never passed over.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from zipfile import BadZipFile, ZipFile

from ._containers import NotAudited, hdf5_parts, parquet_parts

_DEEPEST = 6
_MOST = 2**30  # bytes that one file may become
_CLOSED = (
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!", "RAR"), (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"\xd0\xcf\x11\xe0", "OLE"), (b"\x80\x04\x95", "pickle"), (b"LZIP", "lzip"), (b"MSCF", "cabinet"),
    (b"ISc(", "cabinet"), (b"\x89LZO", "lzop"), (b"ORC", "ORC"), (b"FEA1", "Feather"), (b"ARROW1", "Arrow"),
)  # fmt: skip
_TROUBLE = (
    BadZipFile,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
)
_EMBEDDED = re.compile(rb"data:[\w/+.-]*;base64,([A-Za-z0-9+/=\s%]+)")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


class Contents:
    """What a file holds.

    Parameters
    ----------
    most : int
        Bytes that it may become.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._left = most

    def of(self, data: bytes, place: str = "", depth: int = 0) -> Iterator[tuple[str, bytes]]:
        """Give each piece, and where it lies.

        Raises
        ------
        NotAudited
            If a container cannot be opened, or becomes too large or too deep.
        """
        self._left -= len(data)
        if depth > _DEEPEST or self._left < 0:
            raise NotAudited(f"{place or 'it'}: packed too deep, or becomes too large")
        yield place, data
        for magic, kind in _CLOSED:
            if data.startswith(magic):
                raise NotAudited(f"{place or 'it'}: {kind}, which is not opened")
        if data[8:9] == b"{" and int.from_bytes(data[:8], "little") <= len(data) - 8:
            raise NotAudited(f"{place or 'it'}: a model file (safetensors), which is made of samples")
        try:
            for name, part in self._parts(data):
                yield from self.of(part, f"{place}{' › ' if place else ''}{name}", depth + 1)
        except NotAudited:
            raise
        except _TROUBLE as error:
            raise NotAudited(
                f"{place or 'it'}: cannot be opened ({' '.join(str(error).split())[:120]})"
            ) from error

    def _parts(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Unpack one container; nothing where it is none."""
        if data[:2] == b"\x1f\x8b":
            yield "gzip", self._read(gzip.GzipFile(fileobj=io.BytesIO(data)))
        elif data[:3] == b"BZh":
            yield "bzip2", self._read(bz2.BZ2File(io.BytesIO(data)))
        elif data[:6] == b"\xfd7zXZ\0":
            with lzma.LZMAFile(io.BytesIO(data)) as stream:
                yield "xz", self._read(stream)
        elif data[:2] in (b"PK",) or b"PK\x05\x06" in data[-66_000:]:
            yield from self._zip(data)
        elif data[257:262] == b"ustar":
            yield from self._tar(data)
        elif data[:8] == b"\x89PNG\r\n\x1a\n":
            yield from self._png(data)
        elif data[:4] == b"PAR1":
            yield from parquet_parts(data)
        elif data[:8] == b"\x89HDF\r\n\x1a\n" or data[512:520] == b"\x89HDF\r\n\x1a\n":
            yield from hdf5_parts(data, _MOST)
        elif data[:5] == b"%PDF-" or b"%PDF-" in data[:1024]:
            yield from self._pdf(data)
        elif data[:1] == b"\x78" and len(data) > 2 and int.from_bytes(data[:2], "big") % 31 == 0:
            yield from self._zlib(data)
        else:
            yield from _within_text(data)

    def _read(self, stream: io.BufferedIOBase) -> bytes:
        unpacked = stream.read(self._left + 1)
        if len(unpacked) > self._left:
            raise NotAudited("it becomes too large")
        return unpacked

    def _zlib(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        unpacker = zlib.decompressobj()
        try:
            unpacked = unpacker.decompress(data, self._left + 1)
        except zlib.error:  # a text that starts with an x
            return
        if unpacker.unconsumed_tail:
            raise NotAudited("it becomes too large")
        yield "zlib", unpacked
        yield "behind it", unpacker.unused_data

    def _zip(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        with ZipFile(io.BytesIO(data)) as archive:
            yield "comment", archive.comment
            for member in archive.infolist():
                yield f"name of {member.filename}", member.filename.encode("utf-8", errors="surrogateescape")
                yield f"comment of {member.filename}", member.comment + member.extra
                with archive.open(member) as stream:  # an encrypted one raises RuntimeError
                    yield member.filename, self._read(stream)  # type: ignore[arg-type]

    def _tar(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                about = "\n".join(
                    [member.name, member.linkname, member.uname, member.gname, str(member.pax_headers)]
                )
                yield f"header of {member.name}", about.encode("utf-8", errors="surrogateescape")
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    yield member.name, self._read(stream)  # type: ignore[arg-type]

    def _png(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Give the chunks of a PNG, compressed text unpacked, and what follows the end; no pixels."""
        place, end = 8, False
        while place + 12 <= len(data) and not end:
            length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
            body, end = data[place + 8 : place + 8 + length], kind == b"IEND"
            if kind in (b"zTXt", b"iTXt", b"iCCP"):
                _, _, text = body.partition(b"\0")
                packed = (
                    text[1:]
                    if kind != b"iTXt"
                    else text[2:].split(b"\0", 2)[-1]
                    if text[:1] == b"\1"
                    else b""
                )
                yield kind.decode(), zlib.decompressobj().decompress(packed, self._left) if packed else b""
            elif kind == b"eXIf":
                yield "eXIf", body
            place += 12 + length
        yield "behind the picture", data[place:]

    def _pdf(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        if b"/Encrypt" in data:
            raise NotAudited("an encrypted PDF")
        for number, match in enumerate(_STREAM.finditer(data)):
            body = match[1]
            try:
                body = zlib.decompressobj().decompress(body, self._left)
            except zlib.error:
                continue  # it was searched as it stands
            yield f"stream {number}", body
            yield f"text of stream {number}", _pdf_text(body)


def _pdf_text(body: bytes) -> bytes:
    """Put together the strings that a PDF shows, which it cuts up to move letters closer."""
    shown = re.findall(rb"\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]+)>", body)
    return b"".join(
        re.sub(rb"\\(.)", rb"\1", plain)
        if plain
        else bytes.fromhex(
            (b"".join(digits.split()) + b"0")[: len(b"".join(digits.split())) // 2 * 2].decode()
        )
        for plain, digits in shown
    )


def _within_text(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give what text carries: pictures in base64, and the pictures of a notebook."""
    import base64
    import binascii

    for number, match in enumerate(_EMBEDDED.finditer(data)):
        packed = re.sub(rb"%0A|\s", b"", match[1])
        try:
            yield f"embedded {number}", base64.b64decode(packed + b"=" * (-len(packed) % 4))
        except (binascii.Error, ValueError):
            continue
    if data[:1] == b"{" and b'"cells"' in data:
        try:
            cells = json.loads(data).get("cells", [])
            outputs = [output for cell in cells for output in cell.get("outputs", [])]
            pictures = [
                text for o in outputs for kind, text in o.get("data", {}).items() if kind.startswith("image/")
            ]
        except (ValueError, AttributeError, TypeError):
            return
        for number, text in enumerate(pictures):
            plain = "".join(text) if isinstance(text, list) else str(text)
            try:
                yield f"picture {number}", base64.b64decode(plain)
            except (binascii.Error, ValueError):
                continue
