"""Find a study's genes and metabolites in a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pandas as pd

from ._names import bare_key, gene_key, identifier, name_key, parts

MATCH_COLUMNS = ["kind", "feature", "how", "in_model"]
_ACCESSIONS = ("kegg:", "hmdb:", "chebi:")
Index = dict[str, frozenset[str]]


def _index(pairs: Iterable[tuple[str, str]]) -> Index:
    found = defaultdict(set)
    for key, name in pairs:
        found[key].add(name)
    return {key: frozenset(names) for key, names in found.items()}


class MetaboliteNames:
    """The metabolites of a model, by everything that they may be called.

    Parameters
    ----------
    model : DataFrame
        `metabolite`, `metabolite_ids` (separated by spaces).
    """

    def __init__(self, model: pd.DataFrame) -> None:
        listed = model[["metabolite", "metabolite_ids"]].drop_duplicates("metabolite")
        names = listed["metabolite"]
        identified = [
            (one, name)
            for name, ids in zip(names, listed["metabolite_ids"], strict=True)
            for one in ids.split()
        ]
        self._exact = _index((name.casefold(), name) for name in names)
        self._key = _index((name_key(name), name) for name in names)
        self._bare = _index((bare_key(name), name) for name in names)
        accessions = [pair for pair in identified if pair[0].startswith(_ACCESSIONS)]
        self._accession = _index(accessions)
        self._accessions_of = _index((name, one) for one, name in accessions)
        short = [(one.partition(":")[2], name) for one, name in identified if not one.startswith(_ACCESSIONS)]
        self._short = _index(short)

    def find(self, text: str) -> tuple[str, frozenset[str]]:
        """Return how a single name is found, and what it may mean; more than one is ambiguous."""
        accession = identifier(text)
        looked_up = (
            ("name", self._exact.get(text.strip().casefold())),
            ("id", self._accession.get(accession or "")),
            ("spelling", self._key.get(name_key(text))),
            ("id", self._short.get(text.strip())),
        )
        for how, names in looked_up:
            if names:
                return (how if len(names) == 1 else "ambiguous"), names
        return "none", frozenset()

    def related(self, texts: Iterable[str]) -> frozenset[str]:
        """Return all that may be meant or cannot be told apart: other stereoisomers, the same accession."""
        meant: set[str] = set()
        for text in texts:
            meant |= self.find(text)[1] | self._bare.get(bare_key(text), frozenset())
        for name in list(meant):
            meant |= self._bare[bare_key(name)]
            for accession in self._accessions_of.get(name, ()):
                meant |= self._accession[accession]
        return frozenset(meant)


def match_metabolites(
    features: pd.Index, model: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, frozenset[str]]]:
    """Match a study's metabolites: a table of `MATCH_COLUMNS`, and what goes when one is held out."""
    names = MetaboliteNames(model)
    rows, related = [], {}
    for feature in features:
        text = str(feature)
        pieces = [text] if names.find(text)[1] else parts(text)
        found = [names.find(piece) for piece in pieces]
        meant = frozenset().union(*(some for how, some in found if how not in ("none", "ambiguous")))
        hows = [how for how, _ in found if how != "none"] or ["none"]
        how = hows[0] if len(pieces) == 1 else ("parts" if meant else hows[0])
        rows.append(("metabolite", feature, how, tuple(sorted(meant))))
        related[feature] = names.related({text, *pieces})
    return pd.DataFrame(rows, columns=MATCH_COLUMNS), related


def match_genes(features: pd.Index, model: pd.DataFrame) -> pd.DataFrame:
    """Match a study's genes by Ensembl id or symbol: as written, else in capitals."""
    listed = model[["gene_id", "gene_symbol"]].dropna(subset="gene_id").drop_duplicates("gene_id")
    symbols = listed.dropna(subset="gene_symbol")
    called = _index(
        [
            *zip(listed["gene_id"], listed["gene_id"], strict=True),
            *zip(symbols["gene_symbol"], symbols["gene_id"], strict=True),
        ]
    )
    rows = []
    for feature in features:
        text = gene_key(str(feature))
        exact, capital = called.get(text), called.get(text.upper(), frozenset())
        found = exact or capital
        how = "ambiguous" if len(found) > 1 else "name" if exact else "spelling" if found else "none"
        rows.append(("gene", feature, how, tuple(found) if len(found) == 1 else ()))
    return pd.DataFrame(rows, columns=MATCH_COLUMNS)
