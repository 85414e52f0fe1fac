"""Files that were made to read others, to crash what reads them, or to fill the memory."""

from __future__ import annotations

import gzip
import os
import resource
import subprocess
import sys
import time
import zipfile

import anndata
import h5py
import mudata
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp

from omics_lib.cli import main
from omics_lib.errors import StudyError
from omics_lib.gate import in_child, most_bytes
from omics_lib.study import read_stage, read_study

SECRET = "-----BEGIN PRIVATE KEY-----"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a child")


@pytest.fixture
def study(study_folder, tmp_path):
    """Make a study whose genes are an .h5ad file, beside a file that is none of its business."""
    folder = study_folder()
    (tmp_path / "secret").write_text(SECRET)
    genes = pd.read_csv(folder / "transcriptomics.csv", index_col=0)
    (folder / "transcriptomics.csv").unlink()
    adata = anndata.AnnData(genes.astype(float))
    adata.obs["note"] = "x"
    adata.write_h5ad(folder / "transcriptomics.h5ad")
    return folder


def refused(study, capsys) -> str:
    """Check a study that must be refused, without a hang; return what was said."""
    started = time.monotonic()
    assert main(["check", str(study)]) == 2
    said = capsys.readouterr()
    assert time.monotonic() - started < 120  # a hang, not a busy machine
    assert "Traceback" not in said.err and SECRET not in said.out + said.err
    assert len(said.err.strip().splitlines()) == 1
    return said.err


def external_link(file, secret):
    del file["obs/note"]
    file["obs/note"] = h5py.ExternalLink(str(secret), "/x")


def soft_link(file, secret):
    file["obs/again"] = h5py.SoftLink("/obs/note")


def link_to_a_parent(file, secret):
    file["uns/around"] = file["uns"]


def external_storage(file, secret):
    file.create_dataset("uns/raw", (27,), dtype="u1", external=[(str(secret), 0, 27)])


def external_storage_as_values(file, secret):
    del file["X"]
    file.create_dataset("X", (12, 6), dtype="u1", external=[(str(secret), 0, 27), (os.devnull, 0, 45)])


def virtual_dataset(file, secret):
    layout = h5py.VirtualLayout((4,), "f8")
    layout[:] = h5py.VirtualSource(str(secret), "d", (4,))
    file.create_virtual_dataset("uns/virtual", layout)


def object_references(file, secret):
    file.create_dataset(
        "uns/references", data=np.array([file.ref], dtype=h5py.ref_dtype), dtype=h5py.ref_dtype
    )


def arrays_of_arrays(file, secret):
    file.create_dataset("uns/ragged", (2,), dtype=h5py.vlen_dtype("f8"))


def fill_value_of_800_gb(file, secret):
    del file["X"]
    file.create_dataset("X", (100_000, 1_000_000), dtype="f8", chunks=(100, 100), fillvalue=1.0)


def huge_pieces(file, secret):
    file.create_dataset("uns/pieces", (1,), dtype="f8", chunks=(2**28,), maxshape=(None,))


def unknown_filter(file, secret):
    space = h5py.h5s.create_simple((4,), (4,))
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((4,))
    properties.set_filter(307, h5py.h5z.FLAG_OPTIONAL, ())  # bzip2, a plugin
    h5py.h5d.create(file["uns"].id, b"odd", h5py.h5t.NATIVE_DOUBLE, space, properties)


ATTACKS = {
    external_link: "is a link to", soft_link: "is a link to", link_to_a_parent: "stands in it twice",
    external_storage: "lies in another file", external_storage_as_values: "lies in another file",
    virtual_dataset: "put together from other files", object_references: "holds objects",
    arrays_of_arrays: "holds objects", fill_value_of_800_gb: "800.0 GB or more", huge_pieces: "has pieces of",
    unknown_filter: "needs a plugin",
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_hdf5_that_reaches_out_is_refused(attack, study, tmp_path, capsys):
    with h5py.File(study / "transcriptomics.h5ad", "a") as file:
        attack(file, tmp_path / "secret")
    assert ATTACKS[attack] in refused(study, capsys)


@pytest.mark.parametrize("attack", [external_link, virtual_dataset], ids=lambda attack: attack.__name__)
def test_link_to_a_pipe_does_not_wait(attack, study, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    with h5py.File(study / "transcriptomics.h5ad", "a") as file:
        attack(file, tmp_path / "pipe")
    refused(study, capsys)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_file_of_a_run_that_reaches_out_is_refused(attack, study, tmp_path):
    part = anndata.AnnData(np.ones((12, 6)))
    part.obs["note"] = "x"
    mudata.MuData({"transcriptomics": part}).write_h5mu(tmp_path / "study.h5mu")
    with h5py.File(tmp_path / "study.h5mu", "a") as file:
        attack(file["mod/transcriptomics"], tmp_path / "secret")
    with pytest.raises(StudyError) as raised:
        read_stage(tmp_path / "study.h5mu")
    assert ATTACKS[attack] in str(raised.value) or attack is fill_value_of_800_gb


def places_beyond(matrix):
    matrix.indices[:] = 10**6


def places_below(matrix):
    matrix.indices[:] = -(10**6)


def starts_that_fall(matrix):
    matrix.indptr[1:3] = [10**6, 0]


def starts_beyond(matrix):
    matrix.indptr[-1] = 10**6


@pytest.mark.parametrize(
    "attack",
    [places_beyond, places_below, starts_that_fall, starts_beyond],
    ids=lambda attack: attack.__name__,
)
@pytest.mark.parametrize("kind", [sp.csr_matrix, sp.csc_matrix])
def test_sparse_matrix_with_places_outside_of_it_is_refused(attack, kind, study, capsys):
    adata = anndata.read_h5ad(study / "transcriptomics.h5ad")
    adata.X = kind(adata.X)
    adata.write_h5ad(study / "transcriptomics.h5ad")
    assert main(["check", str(study)]) == 0
    capsys.readouterr()
    broken = adata.X.copy()
    attack(broken)
    with h5py.File(study / "transcriptomics.h5ad", "a") as file:
        file["X/indices"][:], file["X/indptr"][:] = broken.indices, broken.indptr
    assert "has places outside of it" in refused(study, capsys)


def test_sparse_matrix_that_becomes_too_large_is_refused(study, capsys):
    with h5py.File(study / "transcriptomics.h5ad", "a") as file:
        del file["X"]
        group = file.create_group("X")
        group.attrs.update(
            {"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": [10**6, 10**6]}
        )
        group["data"], group["indices"], group["indptr"] = [1.0], [0], [0, 1]
    assert "8,000.0 GB or more" in refused(study, capsys)


def bomb_of_gzip(folder):
    (folder / "transcriptomics.h5ad").unlink()
    with gzip.open(folder / "transcriptomics.csv.gz", "wb", 9) as file:
        file.write(b"sample_id,g0\n")
        for _ in range(64):
            file.write(b"S01,1\n" * 350_000)


def one_line_of_gzip(folder):
    (folder / "transcriptomics.h5ad").unlink()
    with gzip.open(folder / "transcriptomics.csv.gz", "wb", 9) as file:
        for _ in range(300):
            file.write(b"1," * 500_000)


def bomb_of_parquet(folder):
    (folder / "transcriptomics.h5ad").unlink()
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(30_000_000, "i4")), pa.array(["x" * 1000]))
    pq.write_table(pa.table({"sample_id": column, "g0": column}), folder / "transcriptomics.parquet")


def bomb_of_hdf5(folder):
    with h5py.File(folder / "transcriptomics.h5ad", "a") as file:
        del file["X"]
        file.create_dataset(
            "X", (12, 100_000_000), "f4", chunks=(12, 100_000), compression="gzip", fillvalue=0
        )


def bomb_of_excel(folder):
    (folder / "transcriptomics.h5ad").unlink()
    frame = pd.read_csv(folder / "metabolomics.csv", index_col=0)
    frame.to_excel(folder / "transcriptomics.xlsx")
    edit_sheet(
        folder / "transcriptomics.xlsx", lambda x: x.replace(b"</row>", b" " * 300_000_000 + b"</row>", 1)
    )


def edit_sheet(path, change):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content) if name.endswith("sheet1.xml") else content)


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "' + b"&a;" * 5000 + b'"><!ENTITY c "'
    + b"&b;" * 5000 + b'"><!ENTITY d "' + b"&c;" * 5000 + b'">]>'
)  # fmt: skip
# Asked within the process that was started: what Linux tells of a child counts its parent in.
PEAK = """
import resource, sys
from pathlib import Path
from omics_lib.cli import main
code = main(sys.argv[1:])
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
BOMBS = [bomb_of_gzip, one_line_of_gzip, bomb_of_parquet, bomb_of_hdf5, bomb_of_excel]


@LINUX
@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
@pytest.mark.slow
def test_bomb_is_refused_before_it_fills_the_memory(bomb, study):
    bomb(study)
    command = [sys.executable, "-c", PEAK, "check", str(study), "--set", "max_unpacked_gb=0.03"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 2, done.stderr
    assert "max_unpacked_gb" in done.stderr and "GB or more once unpacked" in done.stderr
    assert max(map(int, done.stdout.splitlines()[-2:])) <= 700 * 1024


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.replace(
            b"</sheetData>", b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData>'
        ),
        lambda x: ENTITIES + x.split(b"?>", 1)[-1].replace(b"<v>", b"<v>&d;", 1),
    ],
    ids=["a row beyond all", "entities"],
)  # fmt: skip
def test_workbook_without_end_is_refused(change, study, capsys):
    (study / "transcriptomics.h5ad").unlink()
    pd.read_csv(study / "metabolomics.csv", index_col=0).to_excel(study / "transcriptomics.xlsx")
    edit_sheet(study / "transcriptomics.xlsx", change)
    refused(study, capsys)


@pytest.mark.parametrize(
    "pandas",
    [
        b"[" * 100_000,
        b"null",
        b"7",
        b'{"index_columns": 7}',
        b'{"index_columns": [{"kind": "range", "stop": 9e99}]}',
    ],
    ids=["deep", "null", "number", "no list", "range"],
)
def test_what_pandas_says_in_parquet_is_not_trusted(pandas, study):
    genes = read_study(study)["transcriptomics"].to_df().rename_axis("sample_id").reset_index()
    (study / "transcriptomics.h5ad").unlink()
    table = pa.Table.from_pandas(genes, preserve_index=False).replace_schema_metadata({b"pandas": pandas})
    pq.write_table(table, study / "transcriptomics.parquet")
    assert read_study(study).n_obs == 12


@pytest.mark.parametrize("name", ["transcriptomics.h5ad", "transcriptomics.parquet", "transcriptomics.xlsx"])
def test_truncated_container_is_one_error(name, study, capsys):
    genes = read_study(study)["transcriptomics"].to_df().rename_axis("sample_id")
    whole = study / "transcriptomics.h5ad"
    if not name.endswith(".h5ad"):
        whole.unlink()
        whole = study / name
        genes.reset_index().to_parquet(whole) if name.endswith("parquet") else genes.to_excel(whole)
    content = whole.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        whole.write_bytes(content[: int(len(content) * share)])
        refused(study, capsys)


# The child


def crash():
    os.kill(os.getpid(), 11)


def take_everything():
    return bytearray(10**15)


def hand_back_a_program():
    class Evil:
        def __reduce__(self):
            return os.system, ("echo taken over",)

    return Evil()


def run_on():
    resource.setrlimit(resource.RLIMIT_CPU, (1, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    while True:
        pass


def wrong():
    raise StudyError("a.csv", "this", "that", "Mend it.")


@LINUX
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (crash, "crashed, with SIGSEGV"), (take_everything, "memory at hand"),
        (hand_back_a_program, "gave no table"),
        (run_on, "not read within"), (wrong, "a.csv: this; that"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_what_happens_in_a_child_is_one_error(act, said, capfd):
    with pytest.raises(StudyError, match=said):
        in_child("a.csv", act)
    assert "taken over" not in capfd.readouterr().out


@LINUX
def test_child_hands_back_tables_and_numbers():
    frame = pd.DataFrame({"a": ["x", None], "b": ["1", "2"]}, dtype=object)
    given = in_child("a", lambda: (np.eye(3), frame, {"n": 1.5, "names": ["ä"]}))
    np.testing.assert_array_equal(given[0], np.eye(3))
    pd.testing.assert_frame_equal(given[1], frame)
    assert given[2] == {"n": 1.5, "names": ["ä"]}


@LINUX
def test_child_writes_no_file(tmp_path):
    with pytest.raises(RuntimeError, match="File too large"):
        in_child("a", (tmp_path / "a").write_text, "x")
    assert (tmp_path / "a").read_text() == ""


@LINUX
def test_mistake_in_the_code_that_reads_keeps_its_traceback():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        in_child("a", lambda: 1 / 0)


def test_limit_is_what_was_set_or_what_there_is(monkeypatch):
    from omics_lib.gate import _limits

    monkeypatch.setattr(_limits, "memory_at_hand", lambda: 8 * 10**9)
    assert most_bytes(1.5) == 1_500_000_000
    assert most_bytes(100) == 2 * 10**9


def test_reading_is_the_gate_s_alone():
    """No other room opens a container of a user's with the library that reads it."""
    from omics_lib._files import PACKAGE

    readers = ("read_h5ad(", "read_h5mu(", "h5py.File(", "ParquetFile(", "load_workbook(", "gzip.open(")
    allowed = {
        "tables/_binary.py",
        "tables/_excel.py",
        "tables/_delimited.py",
        "study/_sources.py",
        "gate/_hdf5.py",
    }
    allowed |= {
        "privacy/_containers.py",
        "privacy/_contents.py",
    }  # bytes of a release, each within its own limits
    using = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(reader in path.read_text(encoding="utf-8") for reader in readers)
    }
    assert using <= allowed
