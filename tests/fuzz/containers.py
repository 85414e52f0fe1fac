"""What may be wrong within a container: HDF5 objects, Parquet columns and metadata, the parts of a workbook."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fuzz.grids import Grids, base
from fuzz.mutations import Mutated, file_changes
from hypothesis import strategies as st

_ATTRIBUTES = [
    "", "x", "array", "dataframe", "csr_matrix", "csc_matrix", "categorical", "string-array", "nullable-integer", "raw",
    "rec-array", "awkward-array", "null", "0.0.0", "99.9", "_index", "\x00", -1, 2**62, np.nan, True, b"\xff\xfe",
    np.array([], dtype="f8"), np.array(["a", "a"], dtype=object), np.array(["nothing"], dtype=object), [2**40, 2**40],
    [-1, 12], [[1, 2], [3, 4]],
]  # fmt: skip
_DATASETS: list[Callable[[h5py.Group, str, Any], Any]] = [
    lambda parent, name, old: parent.create_dataset(name, data=np.float64(7)),
    lambda parent, name, old: parent.create_dataset(name, data=h5py.Empty("f8")),
    lambda parent, name, old: parent.create_dataset(name, data=np.zeros(0)),
    lambda parent, name, old: parent.create_dataset(name, data=np.zeros((0, 6))),
    lambda parent, name, old: parent.create_dataset(name, data=np.arange(72.0).reshape(12, 6)),
    lambda parent, name, old: parent.create_dataset(name, data=np.arange(84.0).reshape(12, 7)),
    lambda parent, name, old: parent.create_dataset(name, data=np.arange(72.0).reshape(12, 6, 1)),
    lambda parent, name, old: parent.create_dataset(name, data=np.full((12, 6), np.inf)),
    lambda parent, name, old: parent.create_dataset(name, data=np.full((12, 9), -(2**62))),
    lambda parent, name, old: parent.create_dataset(name, data=np.full((12, 9), 2**64 - 1, dtype="u8")),
    lambda parent, name, old: parent.create_dataset(name, data=np.ones((12, 9), dtype="f2")),
    lambda parent, name, old: parent.create_dataset(name, data=np.ones((12, 9), dtype="?")),
    lambda parent, name, old: parent.create_dataset(name, data=np.ones((12, 9), dtype="c16")),
    lambda parent, name, old: parent.create_dataset(name, data=np.full((12, 9), b"7", dtype="S1")),
    lambda parent, name, old: parent.create_dataset(name, data=np.full(12, b"\xff\xfe", dtype="S2")),
    lambda parent, name, old: parent.create_dataset(name, data=np.array(["x"] * 12, dtype=object)),
    lambda parent, name, old: parent.create_dataset(name, data=["a\nb", "\u202e", "{{ 7 }}", "a/b"] * 3),
    lambda parent, name, old: parent.create_dataset(
        name, data=np.zeros(12, dtype=[("a", "f8"), ("b", "S3")])
    ),
    lambda parent, name, old: parent.create_dataset(name, (12, 6), dtype=h5py.ref_dtype),
    lambda parent, name, old: parent.create_dataset(name, (12,), dtype=h5py.vlen_dtype("f8")),
    lambda parent, name, old: parent.create_dataset(name, (10**6, 10**6), dtype="f8", chunks=(1, 1000)),
    lambda parent, name, old: parent.create_dataset(name, (10**11,), dtype="f8", fillvalue=7, chunks=(1000,)),
    lambda parent, name, old: parent.create_dataset(
        name, data=np.zeros((4000, 4000)), chunks=(4000, 4000), compression="gzip"
    ),
    lambda parent, name, old: parent.create_dataset(
        name, (12, 6), dtype="f8", external=[("/etc/hostname", 0, h5py.h5f.UNLIMITED)]
    ),
    lambda parent, name, old: parent.create_virtual_dataset(name, _virtual()),
    lambda parent, name, old: parent.create_group(name),
    lambda parent, name, old: parent.__setitem__(name, h5py.SoftLink("/nowhere")),
    lambda parent, name, old: parent.__setitem__(name, h5py.SoftLink(parent.name)),
    lambda parent, name, old: parent.__setitem__(name, h5py.ExternalLink("/etc/hostname", "/")),
    lambda parent, name, old: parent.__setitem__(name, h5py.ExternalLink("samples.csv", "/")),
    lambda parent, name, old: parent.__setitem__(name, parent),
]


def _virtual() -> h5py.VirtualLayout:
    layout = h5py.VirtualLayout(shape=(12, 6), dtype="f8")
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", shape=(12, 6))
    return layout


def _sparse(parent: h5py.Group, name: str, wrong: str) -> None:
    """Write a sparse matrix with one thing wrong."""
    indices, indptr, shape = np.tile(np.arange(6), 12), np.arange(0, 73, 6), [12, 6]
    if wrong == "indices out of bounds":
        indices[5] = 2**31 - 1
    elif wrong == "negative indices":
        indices[3] = -7
    elif wrong == "doubled indices":
        indices[1] = 0
    elif wrong == "pointers that fall":
        indptr[4] = 0
    elif wrong == "pointers out of bounds":
        indptr[-1] = 2**40
    elif wrong == "few pointers":
        indptr = indptr[:5]
    elif wrong == "a shape of its own":
        shape = [2**31, 2**31]
    elif wrong == "a shape too small":
        shape = [12, 3]
    group = parent.create_group(name)
    group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": shape})
    group["data"], group["indices"], group["indptr"] = np.arange(1.0, 73), indices, indptr
    if wrong == "data of text":
        del group["data"]
        group["data"] = ["x"] * 72


_WRONG = [
    "nothing", "indices out of bounds", "negative indices", "doubled indices", "pointers that fall", "pointers out of bounds",
    "few pointers", "a shape of its own", "a shape too small", "data of text",
]  # fmt: skip


def _objects(file: h5py.File) -> list[str]:
    names: list[str] = []
    file.visit(names.append)
    return names or ["X"]


@st.composite
def hdf5_changes(draw: st.DrawFn) -> tuple[str, Callable[[Path], None]]:
    """Draw a change of one object of an HDF5 file."""
    at, kind = (
        draw(st.integers(0, 200)),
        draw(st.sampled_from(["delete", "attribute", "no attribute", "value", "sparse"])),
    )
    favoured = draw(
        st.sampled_from([None, None, "X", "obs/_index", "var/_index", "obs", "codes", "uns", "column-order"])
    )
    value, make = draw(st.sampled_from(_ATTRIBUTES)), draw(st.integers(0, len(_DATASETS) - 1))
    wrong = draw(st.sampled_from(_WRONG))
    said = f"object {at} ({favoured}): {kind}, {value!r}, value {make}, {wrong}"

    def act(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            names = _objects(file)
            names = [name for name in names if favoured and name.endswith(favoured)] or names
            name = names[at % len(names)]
            parent, key = file[name].parent, name.rpartition("/")[2]
            attributes = file[name].attrs
            if kind == "delete":
                del parent[key]
            elif kind == "no attribute" and attributes:
                del attributes[sorted(attributes)[at % len(attributes)]]
            elif kind == "attribute":
                attributes[(sorted(attributes) or ["encoding-type"])[at % max(len(attributes), 1)]] = value
            elif kind == "sparse":
                del parent[key]
                _sparse(parent, key, wrong)
            elif kind == "value":
                kept = dict(attributes)
                del parent[key]
                _DATASETS[make](parent, key, None)
                if parent.get(key, getlink=True) and isinstance(parent.get(key, getlink=True), h5py.HardLink):
                    parent[key].attrs.update(kept)

    return said, act


_COLUMNS: list[Callable[[int], pa.Array]] = [
    lambda n: pa.array([[1.0]] * n),
    lambda n: pa.array([{"a": 1}] * n),
    lambda n: pa.array(["7"] * n).dictionary_encode(),
    lambda n: pa.array(range(n)).cast(pa.decimal128(38, 3)),
    lambda n: pa.array(range(n)).cast(pa.timestamp("ns")),
    lambda n: pa.array(range(n)).cast(pa.duration("s")),
    lambda n: pa.array(range(n), pa.int32()).cast(pa.date32()),
    lambda n: pa.array([b"\xff\xfe"] * n),
    lambda n: pa.array([True, None] * n)[:n],
    lambda n: pa.nulls(n),
    lambda n: pa.array([2**64 - 1] * n, pa.uint64()),
    lambda n: pa.array(np.ones(n, dtype="f2")),
    lambda n: pa.array([float("inf")] * n),
    lambda n: pa.array([-1.0] * n),
    lambda n: pa.array(["text"] * n, pa.large_string()),
    lambda n: pa.array([f"S{i + 1:02d}" for i in range(n)]),
    lambda n: pa.array([i * 1.5 for i in range(n)]),
    lambda n: pa.array([[("a", 1)]] * n, pa.map_(pa.string(), pa.int64())),
]
_METADATA: list[bytes] = [
    b"", b"{", b"null", b"[]", b"{}", b'"x"', b"\xff", b"7", b"[" * 100_000,
    json.dumps({"index_columns": ["nothing"], "columns": [], "column_indexes": []}).encode(),
    json.dumps({"index_columns": ["gene_1"], "columns": [], "column_indexes": []}).encode(),
    json.dumps({"index_columns": [{"kind": "range", "name": None, "start": 0, "stop": 10**12, "step": 1}]}).encode(),
    json.dumps({"index_columns": [{"kind": "range", "name": None, "start": 0, "stop": 9, "step": 0}]}).encode(),
    json.dumps({"index_columns": [], "columns": [{"name": "gene_1", "pandas_type": "categorical"}]}).encode(),
    json.dumps({"index_columns": [], "columns": [
        {"name": "gene_1", "field_name": "gene_1", "pandas_type": "object", "numpy_type": "datetime64[ns, Mars]",
         "metadata": {"timezone": "Mars"}}]}).encode(),
    json.dumps({"index_columns": 7, "columns": 7}).encode(),
]  # fmt: skip


@st.composite
def parquet_changes(draw: st.DrawFn) -> tuple[str, Callable[[Path], None]]:
    """Draw a change of a Parquet file: a column of another type, other metadata, no rows, no columns."""
    kind = draw(
        st.sampled_from(
            ["column", "column", "metadata", "metadata", "no rows", "no columns", "twice", "groups"]
        )
    )
    at, which = draw(st.integers(0, 8)), draw(st.integers(0, 99))
    key = draw(st.sampled_from([b"pandas", b"pandas", b"ARROW:schema"]))

    def act(path: Path) -> None:
        table = pq.read_table(path)
        at_ = at % table.num_columns
        if kind == "column":
            column = _COLUMNS[which % len(_COLUMNS)](table.num_rows)
            table = table.set_column(at_, table.column_names[at_], column)
        elif kind == "metadata":
            metadata = dict(table.schema.metadata or {}) | {key: _METADATA[which % len(_METADATA)]}
            table = table.replace_schema_metadata(metadata)
        elif kind == "no rows":
            table = table[:0]
        elif kind == "no columns":
            table = table.select([])
        elif kind == "twice":
            table = table.append_column(table.column_names[at_], table.column(at_))
        pq.write_table(
            table, path, row_group_size=1 if kind == "groups" else None, store_schema=which % 2 == 0
        )

    return f"Parquet: {kind} {at}, {which}, {key!r}", act


_ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY e SYSTEM "file:///etc/hostname">]>'
)
_IN_SHEET: list[Callable[[bytes], bytes]] = [
    lambda x: x.replace(b"</row>", b'<c r="XFD1" t="n"><v>1</v></c></row>', 1),
    lambda x: x.replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'),
    lambda x: x.replace(b"</sheetData>", b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData>'),
    lambda x: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', x),
    lambda x: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="nowhere"', x),
    lambda x: x.replace(b't="n"', b't="s"'),
    lambda x: x.replace(b't="s"', b't="n"'),
    lambda x: x.replace(b't="n"', b't="e"', 3),
    lambda x: x.replace(b't="n"', b't="b"', 3),
    lambda x: x.replace(b't="n"', b't="d"', 3),
    lambda x: x.replace(b't="n"', b't="?"', 3),
    lambda x: x.replace(b"<v>", b"<f>1+1</f><v>", 3),
    lambda x: x.replace(b"<v>", b"<f>1+1</f><x>", 1).replace(b"</v>", b"</x>", 1),
    lambda x: x.replace(b"<v>", b"<v>1e999", 1),
    lambda x: x.replace(b"<v>", b"<v>&e;&c;", 1),
    lambda x: x.replace(b"<worksheet", _ENTITY + b"<worksheet", 1).replace(b"<v>", b"<v>&e;&c;", 1),
    lambda x: x.replace(b' r="', b' R="'),
    lambda x: x.replace(b' r="B', b' r="A'),
    lambda x: x.replace(b"</worksheet>", b'<mergeCells><mergeCell ref="A1:XFD9"/></mergeCells></worksheet>'),
    lambda x: b"<a>" * 100_000,
    lambda x: b"",
    lambda x: x[: len(x) // 2],
    lambda x: x.decode("latin-1").encode("utf-16"),
    lambda x: x.replace(b"<v>", b"<v>" + b" " * 30_000_000, 1),
]  # fmt: skip


@st.composite
def workbook_changes(draw: st.DrawFn) -> tuple[str, Callable[[Path], None]]:
    """Draw a change of one part of a workbook."""
    kind = draw(st.sampled_from(["sheet", "sheet", "sheet", "part", "drop", "twice", "add"]))
    at, which = draw(st.integers(0, 20)), draw(st.integers(0, len(_IN_SHEET) - 1))
    added = draw(
        st.sampled_from(["../../evil.xml", "/tmp/evil", "xl/vbaProject.bin", "xl/worksheets/sheet9.xml"])
    )

    def act(path: Path) -> None:
        with zipfile.ZipFile(path) as book:
            parts = [(name, book.read(name)) for name in book.namelist()]
        sheets = [i for i, (name, _) in enumerate(parts) if "worksheets/sheet" in name]
        i = sheets[at % len(sheets)] if kind == "sheet" else at % len(parts)
        name, content = parts[i]
        if kind in ("sheet", "part"):
            parts[i] = name, _IN_SHEET[which](content)
        elif kind == "drop":
            del parts[i]
        elif kind == "twice":
            parts.append((name, content[: len(content) // 2]))
        else:
            parts.append((added, content))
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
            for name, content in parts:
                book.writestr(name, content)
        path.write_bytes(stream.getvalue())

    return f"workbook: {kind} {at}, {which}, {added}", act


_CHANGES = {"h5ad": hdf5_changes, "h5mu": hdf5_changes, "parquet": parquet_changes, "xlsx": workbook_changes}


def of_container(ending: str) -> st.SearchStrategy[tuple[str, Callable[[Path], None]]]:
    """Draw a change within a container of this kind."""
    return _CHANGES[ending]()


@st.composite
def containers(draw: st.DrawFn) -> Mutated:
    """Draw a valid study in containers, and what is wrong within one of them."""
    grids: Grids = base(pairs=draw(st.booleans()), missing=False)
    one = Mutated(grids)
    file = draw(
        st.sampled_from(
            ["study.h5mu", "metabolomics.h5ad", "metabolomics.parquet", "study.xlsx", "samples.xlsx"]
        )
    )
    stem, _, kind = file.partition(".")
    one.whole = file if stem == "study" else None
    one.suffixes = {} if one.whole else {stem: f".{kind}"}
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        said, change = draw(of_container(kind))
        one.log.append(f"{file}: {said}")
        one.on_files.append(surely(change, file))
    if draw(st.integers(0, 3)) == 0:
        said, on_file = draw(file_changes([file]))
        one.log.append(said)
        one.on_files.append(on_file)
    return one


def surely(change: Callable[[Path], None], name: str) -> Callable[[Path], None]:
    """Leave a file as it is where the library that should spoil it cannot."""

    def act(folder: Path) -> None:
        path = folder / name
        before = path.read_bytes()
        try:
            change(path)
        except (
            OSError,
            KeyError,
            ValueError,
            TypeError,
            RuntimeError,
            AttributeError,
            pa.ArrowException,
            zipfile.BadZipFile,
        ):
            path.write_bytes(before)
        os.utime(path, (0, 0))

    return act
