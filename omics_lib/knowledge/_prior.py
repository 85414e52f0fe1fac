"""A metabolic model in a study's names: its pairs, and what it cannot tell apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

import pandas as pd


@dataclass(frozen=True)
class MetabolicPrior:
    """A metabolic model in the names of a study.

    Attributes
    ----------
    pairs : DataFrame
        As from `prior_pairs`.
    matches : DataFrame
        `kind`, `feature`, `how` (`name`, `spelling`, `id`, `parts`,
        `ambiguous`, `none`), `in_model` (tuple of the model's names).
    related : dict
        A metabolite of the study → the model's metabolites that it may stand
        for or cannot be told from: stereoisomers, entries with the same KEGG,
        HMDB or ChEBI id, everything that an ambiguous name may mean.
    """

    pairs: pd.DataFrame
    matches: pd.DataFrame
    related: dict[str, frozenset[str]]


def listed_pairs(model: pd.DataFrame, genes: pd.DataFrame, metabolites: pd.DataFrame) -> pd.DataFrame:
    """List each pair once: as `enzyme` where any reaction says so.

    And as currency where any of the metabolites that a name stands for is one.
    """
    rows = model[["gene_id", "metabolite", "tier", "currency"]].drop_duplicates()
    for found, column, name in ((genes, "gene_id", "gene"), (metabolites, "metabolite", "metabolite_id")):
        meant = found.explode("in_model").dropna(subset="in_model")
        rows = rows.merge(meant[["feature", "in_model"]].set_axis([name, column], axis=1), on=column)
    rows = rows.drop(columns="gene_id").rename(columns={"gene": "gene_id"})
    by_pair = rows.groupby(["gene_id", "metabolite_id"], as_index=False, sort=True)
    found = by_pair.agg(tier=("tier", "min"), currency=("currency", "max"))  # "enzyme" < "transport"
    return found.assign(source="Human-GEM").astype({"currency": bool})


def metabolite_kin(prior: MetabolicPrior) -> pd.DataFrame:
    """List the metabolites of a study that a model cannot tell apart.

    The pairs of either would give those of the other away, so that both are
    held out together, also where one has got no pairs because it is ambiguous.

    Parameters
    ----------
    prior : MetabolicPrior

    Returns
    -------
    DataFrame
        `metabolite_id`, `kin_id`: each two whose `related` have a metabolite
        of the model in common, once.

    Examples
    --------
    >>> lactate = frozenset({"L-lactate", "D-lactate"})
    >>> related = {"Lactic acid": lactate, "urea": frozenset({"urea"}), "(R)-lactate": lactate}
    >>> metabolite_kin(MetabolicPrior(pd.DataFrame(), pd.DataFrame(), related)).to_numpy().tolist()
    [['(R)-lactate', 'Lactic acid']]
    """
    standing_for = defaultdict(list)
    for feature in sorted(prior.related):
        for name in prior.related[feature]:
            standing_for[name].append(feature)
    kin = {pair for features in standing_for.values() for pair in combinations(features, 2)}
    return pd.DataFrame(sorted(kin), columns=["metabolite_id", "kin_id"])
