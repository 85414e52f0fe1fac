from __future__ import annotations

import gzip
import io
import struct
import zlib

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from privacy_helpers import tarred, zipped

from omics_lib import audit_release, new_key, pseudonymize, require_clean
from omics_lib.errors import ReleaseError
from omics_lib.privacy._audit import COLUMNS

NAME = "Donor_17-b"


def png(*chunks):
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in (*chunks, (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data


def parquet(table):
    stream = io.BytesIO()
    table.to_parquet(stream, compression="zstd")
    return stream.getvalue()


def _hidden():
    raw = NAME.encode()
    sheet = f"<sst><si><t>{NAME}</t></si></sst>"
    yield "a.csv", f"sample,x\n{NAME},1.5\n".encode()
    yield "upper.csv", NAME.upper().encode()
    yield "lower.csv", NAME.lower().encode()
    yield "text.svg", f"<svg><text x='1'>{NAME}</text></svg>".encode()
    yield "comment.svg", f"<svg><!-- {NAME} --></svg>".encode()
    yield "utf16le.txt", f"id;{NAME};x".encode("utf-16")
    yield "utf16be.txt", f"id;{NAME};x".encode("utf-16-be")
    yield "bytes.bin", b"\xff\xfe\x00\x80" + raw + b"\x00\xff"
    yield "text.png", png((b"tEXt", b"Title\0" + raw))
    for level in (1, 6, 9):
        yield f"ztxt{level}.png", png((b"zTXt", b"Title\0\0" + zlib.compress(b"of " + raw, level)))
    yield "itxt.png", png((b"iTXt", b"Title\0\0\0\0\0" + raw))
    yield "itxt_packed.png", png((b"iTXt", b"Title\0\1\0en\0Titel\0" + zlib.compress(raw)))
    yield "tail.png", png() + raw
    yield "a.csv.gz", gzip.compress(raw, mtime=0)
    yield "book.xlsx", zipped("xl/sharedStrings.xml", sheet)
    yield "member.zip", zipped(f"{NAME}.txt", "nothing")
    yield "nested.zip", zipped("inner.csv.gz", gzip.compress(raw, mtime=0))
    yield "table_in.zip", zipped("t.parquet", parquet(pd.DataFrame({"id": [NAME]})))
    yield "a.tar.gz", tarred("x.csv", raw)
    yield "values.parquet", parquet(pd.DataFrame({"id": [NAME] * 50}))
    yield "columns.parquet", parquet(pd.DataFrame({NAME: [1.0]}))
    yield "index.parquet", parquet(pd.DataFrame({"x": [1.0]}, index=[NAME]))
    yield f"plot_{NAME}.csv", b"1,2"
    yield f"{NAME}/plot.csv", b"1,2"


HIDDEN = list(_hidden())


@pytest.mark.parametrize(("name", "content"), HIDDEN, ids=[name for name, _ in HIDDEN])
def test_planted_name_is_found(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    audit = audit_release(tmp_path, [NAME, "another"])
    assert audit["file"].tolist() == [name]
    assert audit["passed"].tolist() == [False]
    assert audit[["n_found", "found"]].iloc[0].tolist() == [1, NAME.lower()]


@pytest.mark.parametrize(("name", "content"), HIDDEN, ids=[name for name, _ in HIDDEN])
def test_other_name_is_not_found(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    for other in ("Donor_18-b", "Donor_17-bc", "onor"):
        assert audit_release(tmp_path, [other])["passed"].all()


def test_name_is_found_in_figures_of_matplotlib(tmp_path):
    figure, ax = plt.subplots()
    ax.set_title(NAME)
    figure.savefig(tmp_path / "a.svg", metadata={"Date": None})
    figure.savefig(tmp_path / "b.png", metadata={"Title": NAME})
    plt.close(figure)
    assert audit_release(tmp_path, [NAME])["passed"].tolist() == [False, False]


def test_escaped_and_accented_names_are_found(tmp_path):
    (tmp_path / "a.svg").write_text("<text>A&amp;B clinic</text>")
    (tmp_path / "b.csv").write_bytes("x,Müller 3,y".encode("latin-1"))
    (tmp_path / "c.csv").write_text("x,Müller 3,y", encoding="utf-8")
    assert audit_release(tmp_path, ["A&B", "MÜLLER 3"])["n_found"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("text", ["S1", "x,S1,y", "S1_gene", "(S1)", "rho=S1;", "s1\n", "\tS1", "a/S1.csv"])
def test_whole_words_are_found(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    assert not audit_release(tmp_path, ["S1"])["passed"].any()


@pytest.mark.parametrize("text", ["S10", "PS1", "S1a", "aS1", "S-1", "S 1"])
def test_parts_of_other_words_are_not_found(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    assert audit_release(tmp_path, ["S1"])["passed"].all()


def test_signs_in_a_name_are_no_pattern(tmp_path):
    (tmp_path / "a.txt").write_text("donorx7 a+b (c")
    audit = audit_release(tmp_path, ["donor.7", "a+b", "(c"])
    assert audit["found"].tolist() == ["(c, a+b"]


def test_bare_numbers_and_single_characters_are_counted_as_not_searched(tmp_path):
    (tmp_path / "a.csv").write_text("1,2,-3.5,x,007")
    audit = audit_release(tmp_path, ["1", "-3.5", "2,5", "007", "x", "", "S1"])
    assert audit["passed"].all()
    assert audit.attrs["n_not_searched"] == 6


def test_audit_of_an_empty_release_has_no_rows(tmp_path):
    audit = audit_release(tmp_path, ["S1"])
    assert list(audit.columns) == COLUMNS
    require_clean(audit, tmp_path)
    assert tmp_path.is_dir()


def test_audit_without_identifiers_passes(tmp_path):
    (tmp_path / "a.csv").write_text("S1")
    assert audit_release(tmp_path, [])["passed"].all()


def test_missing_release_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match="no such folder"):
        audit_release(tmp_path / "none", ["S1"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gz", gzip.compress(b"S1" * 50, mtime=0)[:-9]),
        ("a.png", png((b"zTXt", b"Title\0\0nonsense"))),
        ("a.parquet", b"PAR1 and nothing else PAR1"),
        ("a.zip", zipped("a.txt", "S1" * 50).replace(b"PK\x03\x04", b"PK\x03\x05")),
    ],
)
def test_what_cannot_be_unpacked_does_not_pass_in_silence(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    audit = audit_release(tmp_path, ["Z9"])
    assert audit["passed"].tolist() == [False] and audit["not_audited"].str.contains("cannot be opened").all()
    with pytest.raises(ReleaseError, match="not audited"):
        require_clean(audit, tmp_path)


@pytest.mark.parametrize(
    "magic", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd", b"\x80\x04\x95"]
)
def test_container_that_is_not_opened_is_said(tmp_path, magic):
    (tmp_path / "a.bin").write_bytes(magic + b"anything")
    assert audit_release(tmp_path, ["S1"])["not_audited"].str.contains("which is not opened").all()


def test_bomb_in_a_release_is_not_audited_and_stays_small(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(gzip.compress(bytes(2**30 + 1), 1, mtime=0), mtime=0))
    assert audit_release(tmp_path, ["S1"])["not_audited"].str.contains("too large").all()


def test_release_with_a_name_is_refused_and_nothing_is_deleted(tmp_path):
    release = tmp_path / "release"
    release.mkdir()
    (release / "clean.csv").write_text("1")
    (release / "a.csv").write_text("S1")
    with pytest.raises(ReleaseError, match=r"private names in 1 file \(a.csv\)"):
        require_clean(audit_release(release, ["S1"]), release)
    assert sorted(path.name for path in release.iterdir()) == ["a.csv", "clean.csv"]


def test_clean_release_is_kept(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    require_clean(audit_release(tmp_path, ["S1"]), tmp_path)
    assert (tmp_path / "a.csv").exists()


# Pseudonyms


def test_pseudonyms_depend_on_the_key_only():
    key = b"0123456789abcdef"
    one, other = pseudonymize(["b", "a"], key), pseudonymize(["a", "b", "a"], key)
    assert one == other
    assert list(one) == list(other)
    assert pseudonymize(["a", "b"], new_key()) != one
    assert all(
        code.startswith("G") and len(code) == 17 for code in pseudonymize("ab", key, prefix="G").values()
    )


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True, max_size=30))
def test_pseudonyms_are_distinct_and_ordered_without_telling_the_names(names):
    coded = pseudonymize(names, b"0123456789abcdef")
    assert set(coded) == set(names)
    assert list(coded.values()) == sorted(set(coded.values()))


def test_short_key_is_refused():
    with pytest.raises(ReleaseError, match="at least 16 are needed"):
        pseudonymize(["a"], b"short")
    assert len(new_key()) == 32
    assert new_key() != new_key()


# Small groups
