"""Columns of a file that describe its features and are no samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

# How the column of names is called in tables whose rows are features.
_FEATURE_LABELS = {
    "geneid", "gene_id", "gene", "genes", "gene id", "gene_name", "gene name", "gene_symbol", "symbol",
    "ensembl", "ensembl_id", "ensembl_gene_id", "target_id", "transcript", "transcript_id", "tx", "feature",
    "feature_id", "metabolite", "metabolite_id", "compound", "compound_id", "row id", "alignment id",
    "biochemical", "hgnc_symbol", "external_gene_name", "ensembl gene id", "metabolite name", "compound name",
}  # fmt: skip
# What featureCounts, RSEM, Salmon, kallisto, nf-core, MZmine and MS-DIAL write beside the samples.
ANNOTATION = {
    "chr", "chromosome", "start", "end", "strand", "length", "effectivelength", "effective_length",
    "eff_length", "gene_id", "gene_name", "gene_symbol", "symbol", "gene_biotype", "gene_type", "biotype",
    "description", "entrezid", "entrez_id", "transcript_id", "transcript_id(s)", "name", "formula", "kegg",
    "kegg_id", "hmdb", "hmdb_id", "hmdb id", "chebi", "chebi_id", "pubchem", "cas", "inchikey", "smiles",
    "pathway", "super_pathway", "super pathway", "sub_pathway", "sub pathway", "class", "adduct", "mz", "m/z",
    "rt", "retention time", "retention_time", "row m/z", "row retention time", "average mz",
    "average rt(min)", "metabolite name", "adduct type", "ms/ms matched", "external_gene_name", "hgnc_symbol",
    "mgi_symbol", "gene name", "gene symbol", "entrez", "entrezgene_id", "comp_id", "platform",
    "mass", "mzmed", "mzmin", "mzmax", "rtmed", "rtmin", "rtmax", "npeaks", "basemean",
    "log2foldchange", "padj",
}  # fmt: skip


def blank_annotation(
    header: Sequence[str], lines: Iterable[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    """Empty the cells of text that describe features, so that they are no error.

    Only where the first column says that the rows are features. `drop_annotation` takes the columns away
    when the table has been turned.
    """
    rows_are_features = header[0].strip().casefold() in _FEATURE_LABELS
    at = [j for j, name in enumerate(header) if j and rows_are_features and name.casefold() in ANNOTATION]
    for line, row in lines:
        for j in at:
            row[j : j + 1] = [cell if _is_number(cell) else "" for cell in row[j : j + 1]]
        yield line, row


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
