"""What a file is: by its name, and by its first bytes, which do not lie.

Below the readers. Files that hold no table this library reads are told apart too, so that the
message can say what to do with them.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from ..errors import StudyError

_PLAIN_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.txt", ".tsv.txt")
TEXT_SUFFIXES = (*_PLAIN_SUFFIXES, *(f"{suffix}.gz" for suffix in _PLAIN_SUFFIXES))
EXCEL_SUFFIXES = (".xlsx", ".xlsm")
SUFFIXES = (*TEXT_SUFFIXES, ".parquet", ".h5ad", *EXCEL_SUFFIXES)
_NAMED = {".parquet": "parquet", ".h5ad": "hdf5", **dict.fromkeys(EXCEL_SUFFIXES, "xlsx")}
KINDS_READ = ".csv, .tsv (also .gz), .parquet, .h5ad or .xlsx"

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"MuData", "h5mu"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"RDX", "rdata"),
    (b"RDA", "rdata"),
    (b"X\n\x00\x00\x00", "rds"),
    (b"ARROW1", "feather"),
    (b"%PDF", "pdf"),
    (b"\x93NUMPY", "npy"),
)
_UNPACK = ("an archive", "Unpack it, and put the table itself here.")
_R = ("an R file", 'In R: `write.csv(x, "NAME.csv")`, samples × features, and put that file here.')
_PYTHON = ("a Python file", 'Write it as a table with names, for example `frame.to_csv("NAME.csv")`.')
_AS_CSV = "Save it as .xlsx or CSV (UTF-8)."
_FOREIGN = {
    "zip": (
        "an archive, or a damaged Excel file",
        "Unpack it, or save it again as .xlsx or CSV, and put the table itself here.",
    ),
    **dict.fromkeys(("7z", "rar", "tar", "tgz", "bz2", "xz", "zst"), _UNPACK),
    **dict.fromkeys(("rdata", "rda", "rds"), _R),
    **dict.fromkeys(("npy", "npz", "pkl", "pickle", "joblib"), _PYTHON),
    "h5mu": ("a whole study in one file", "Give it as the study, or alone in its folder as study.h5mu."),
    "xls": ("an old or password-protected Excel file", _AS_CSV),
    "xlsb": ("a binary Excel file", _AS_CSV),
    "ods": ("a LibreOffice sheet", _AS_CSV),
    "numbers": ("a Numbers sheet", _AS_CSV),
    "feather": ("an Arrow file", "Write it as Parquet or CSV."),
    "arrow": ("an Arrow file", "Write it as Parquet or CSV."),
    "mtx": ("a Matrix Market file, without names", "Put it with its names into an .h5ad, or write a CSV."),
    "gct": ("a GCT file", "Delete its first two lines and the column Description, and save it as .tsv."),
    **dict.fromkeys(
        ("h5", "hdf5", "loom", "hdf"),
        ("an HDF5 file of unknown content", "Write its table as .h5ad, with names, or as CSV."),
    ),
    "html": ("a web page", "Download the table itself."),
    "lfs": ("a pointer of Git LFS", "Fetch the file that it stands for: `git lfs pull`."),
    **dict.fromkeys(
        ("json", "xml", "pdf", "docx", "doc", "sav", "dta", "sas7bdat", "biom", "mztab", "mzml"),
        ("not a table of a kind that is read", f"Export the table as {KINDS_READ}."),
    ),
}  # fmt: skip


def split_suffix(path: Path) -> tuple[str, str]:
    """Split a file name into the table's name and its suffix, which is empty if it is not a table.

    Examples
    --------
    >>> split_suffix(Path("transcriptomics.csv.gz"))
    ('transcriptomics', '.csv.gz')
    """
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if path.name.lower().endswith(suffix):
            return path.name[: -len(suffix)], suffix
    return path.name, ""


def default_separator(path: Path) -> str:
    """Give the separator that a file's name stands for: commas for `.csv`, else tabs."""
    suffix = split_suffix(path)[1]
    return "\t" if suffix.startswith((".tsv", ".txt")) else ","


def bytes_kind(head: bytes) -> str:
    """Name the kind of content that starts with these bytes; `text` if it is none of the known ones."""
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "text")


def content_kind(path: Path) -> str:
    """Name the kind of a file's content: `text`, `gzip`, `xlsx`, `parquet`, `hdf5`, or a foreign one."""
    with path.open("rb") as stream:
        kind = bytes_kind(stream.read(16))
    return _zip_kind(path) if kind == "zip" else kind


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return "xlsx" if split_suffix(path)[1] in EXCEL_SUFFIXES else "zip"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if {"mimetype", "content.xml"} <= names:
        return "ods"
    return "npz" if names and all(name.endswith(".npy") for name in names) else "zip"


def foreign(where: str, kind: str) -> StudyError:
    """Make the error for a file of a kind that is not read."""
    what, remedy = _FOREIGN.get(kind, ("unknown kind of file", f"Export the table as {KINDS_READ}."))
    name = where.split(".")[0] or "table"
    found = f"it is {what}" if kind in _FOREIGN else what
    return StudyError(where, found, f"it must be {KINDS_READ}", remedy.replace("NAME", name))


def is_foreign(kind: str) -> bool:
    """Tell whether a kind, or a suffix without its point, is known and not read."""
    return kind in _FOREIGN


def unreadable(path: Path) -> StudyError | None:
    """Say why a path is no file that can be read; None if it is one."""
    if path.is_symlink() and not path.exists():
        found, remedy = "a broken link", "Put the file itself here, or mend the link."
    elif path.is_dir():
        found, remedy = "a folder", "Put the table itself here; a folder of that name must go."
    elif not path.exists():
        found, remedy = "no such file", "Check the path."
    elif not path.is_file():
        found, remedy = "not a file", "Put the table itself here."
    else:
        return None
    return StudyError(path.name, found, "it must be a table", remedy)


def kind_to_read(path: Path, notes: list[str]) -> str:
    """Tell `text`, `xlsx`, `parquet` or `hdf5` by the first bytes; raise a StudyError for any other file."""
    unfit = unreadable(path)
    if unfit:
        raise unfit
    if path.stat().st_size == 0:
        raise empty(path)
    suffix = split_suffix(path)[1]
    try:
        found = content_kind(path)
    except OSError as error:
        found = f"cannot be read ({error})"
        raise StudyError(path.name, found, "it must be a readable file", "Check the path.") from error
    found = "text" if found == "gzip" else found
    named = _NAMED.get(suffix, "text")
    if named == found:
        if not suffix:
            raise foreign(path.name, path.suffix.lower().lstrip("."))
        return found
    if found in ("xlsx", "parquet", "hdf5"):
        words = {"xlsx": "an Excel workbook", "parquet": "a Parquet file", "hdf5": "an .h5ad file"}[found]
        notes.append(f"{path.name}: {words} by its content, read as one whatever its name.")
        return found
    if is_foreign(found):
        raise foreign(path.name, found)
    return named


def empty(path: Path) -> StudyError:
    """Make the error for a file without a byte or a row."""
    return StudyError(path.name, "the file is empty", "it must hold a header and rows", "Export it again.")
