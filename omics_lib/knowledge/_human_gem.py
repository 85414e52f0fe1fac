"""Prior knowledge from a genome-scale metabolic model: which genes and metabolites share a reaction.

`refine` may learn from it where a study asks for it. What is scored must not be looked
up: a metabolite is held out together with its kin, those that the model cannot tell
from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ..errors import ParameterError, StudyError, first_few, one_of
from ._match import match_genes, match_metabolites
from ._prior import MetabolicPrior, listed_pairs, metabolite_kin
from ._sbml import COLUMNS, installed_model, read_reactions


def read_human_gem(path: str | Path | None = None) -> pd.DataFrame:
    """Read which genes and metabolites take part in which reactions of Human-GEM.

    Parameters
    ----------
    path : str or Path, optional
        Another model in SBML with gene rules (package `fbc`); by default the
        one that the package `humangemlib` ships.

    Returns
    -------
    DataFrame
        One row per reaction, gene and metabolite: `reaction`, `gene_id`
        (Ensembl) and `gene_symbol`, both missing for reactions without genes;
        `metabolite` (the model's name, in any compartment), `metabolite_ids`
        (KEGG, HMDB, ChEBI, BiGG and VMH, as `kegg:C00469`, separated by
        spaces), `tier` (`transport`: on both sides of the reaction; else
        `enzyme`), `currency` (cofactors, water, ions: a list of ours, after
        the idea of Ma and Zeng). Genes of a complex and alternatives count alike.

    Raises
    ------
    ParameterError
        If the model's package or the reader of SBML is not installed.
    StudyError
        If the file is missing or holds no such model.

    Notes
    -----
    Reading takes several seconds and about 1 GB; a process reads each file once.

    References
    ----------
    Robinson et al. (2020), An atlas of human metabolism, Science Signaling
    13, eaaz1482, doi:10.1126/scisignal.aaz1482: Human-GEM, CC BY 4.0.
    Bornstein et al. (2008), LibSBML: an API library for SBML, Bioinformatics
    24, 880–881, doi:10.1093/bioinformatics/btn051.
    Ma and Zeng (2003), Reconstruction of metabolic networks from genome data
    and analysis of their global structure for various organisms,
    Bioinformatics 19, 270–277, doi:10.1093/bioinformatics/19.2.270.
    """
    return read_reactions(installed_model() if path is None else Path(path))


def metabolic_prior(
    genes: Iterable[str], metabolites: Iterable[str], *, model: pd.DataFrame | None = None
) -> MetabolicPrior:
    """Bring a metabolic model into the names of a study.

    Parameters
    ----------
    genes : Index of str
        Symbols or Ensembl ids (their version is ignored), as written or else
        in capitals.
    metabolites : Index of str
        Names or KEGG, HMDB or ChEBI ids; a name such as `citrate/isocitrate`
        stands for each part.
    model : DataFrame, optional
        As from `read_human_gem`, the default.

    Returns
    -------
    MetabolicPrior
        Whose `matches` say what was found, and what was ambiguous and left out.

    Raises
    ------
    ParameterError
        If no `model` is given and the published one, or the reader of SBML, is not installed.
    StudyError
        If a feature is named twice, or `model` lacks a column.

    Examples
    --------
    >>> row = ("R1", "ENSG00000014641", "MDH1", "L-malate", "kegg:C00149", "enzyme", False)
    >>> model = pd.DataFrame([row], columns=COLUMNS)
    >>> prior = metabolic_prior(["mdh1", "TP53"], ["Malic acid", "urea"], model=model)
    >>> prior.pairs[["gene_id", "metabolite_id", "tier"]].to_numpy().tolist()
    [['mdh1', 'Malic acid', 'enzyme']]
    >>> prior.matches["how"].tolist()
    ['spelling', 'none', 'spelling', 'none']
    """
    model = read_human_gem() if model is None else _checked(model)
    genes, metabolites = _unique(genes, "genes"), _unique(metabolites, "metabolites")
    found_genes = match_genes(genes, model)
    found_metabolites, related = match_metabolites(metabolites, model)
    matches = pd.concat([found_genes, found_metabolites], ignore_index=True)
    pairs = listed_pairs(model, found_genes, found_metabolites)
    counts = matches.groupby(["kind", "how"]).size()
    pairs.attrs["matched"] = {" ".join(what): int(n) for what, n in counts.items()}
    return MetabolicPrior(pairs, matches, related)


def prior_pairs(
    genes: Iterable[str], metabolites: Iterable[str], *, model: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List the pairs of a study that share a reaction of a metabolic model.

    Parameters
    ----------
    genes, metabolites, model
        As in `metabolic_prior`.

    Returns
    -------
    DataFrame
        As known pairs: `gene_id`, `metabolite_id`, `tier`, `currency`,
        `source`; in its `attrs["matched"]` how many features were found how.

    Raises
    ------
    ParameterError, StudyError
        As `metabolic_prior`.
    """
    return metabolic_prior(genes, metabolites, model=model).pairs


def learnable_pairs(
    prior: str, known_pairs: pd.DataFrame | None, genes: Iterable[str], metabolites: Iterable[str]
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Choose the pairs that a refinement may learn from.

    Parameters
    ----------
    prior : {"auto", "none", "known_pairs", "human_gem"}
        A run's parameter: `auto` is `known_pairs` where the study has them, else `none`.
    known_pairs : DataFrame or None
        The study's own.
    genes, metabolites : Index of str
        The study's features, as in `prior_pairs`.

    Returns
    -------
    pairs : DataFrame or None
        For `build_graph(prior_pairs=…)`: the known pairs, those of `prior_pairs`, or none.
    kin : DataFrame or None
        For `build_graph(kin=…)`, with `human_gem` alone: `metabolite_id`,
        `kin_id`, each two metabolites that the model cannot tell apart, once.
        They stand for the same one of it, for stereoisomers, for entries with
        the same KEGG, HMDB or ChEBI id, or an ambiguous name may.

    Raises
    ------
    ParameterError
        If `prior` is unknown, or wants pairs or a package that are not there.
    StudyError
        With `human_gem`, if a feature is named twice.

    Examples
    --------
    >>> learnable_pairs("auto", None, ["TP53"], ["urea"])
    (None, None)
    """
    if prior == "human_gem":
        known = metabolic_prior(genes, metabolites)
        return known.pairs, metabolite_kin(known)
    one_of("prior", prior, ("auto", "none", "known_pairs", "human_gem"))
    if prior == "known_pairs" and known_pairs is None:
        found = "found 'known_pairs' in a study without any"
        expected = "they stand in known_pairs.csv"
        raise ParameterError("prior", found, expected, "Add the file, or set `prior: none`.")
    return (None if prior == "none" else known_pairs), None


def _unique(names: Iterable[str], what: str) -> pd.Index:
    index = pd.Index(names)
    if index.has_duplicates:
        twice = index[index.duplicated()].unique()
        found = f"{len(twice)} named twice ({first_few(twice)})"
        raise StudyError(what, found, "each may stand once", "Rename them.")
    return index


def _checked(model: pd.DataFrame) -> pd.DataFrame:
    if missing := [column for column in COLUMNS if column not in model]:
        found = f"no column {first_few(missing)}"
        raise StudyError("model", found, "it must be as `read_human_gem` gives it", "Use that.")
    return model
