from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from narrate_helpers import reads

import omics_lib as ol
from omics_lib import narrate
from omics_lib.cohort import Cohort


def drawn(slope, n_metabolites=3, seed=0):
    """A study of 14 samples and a cohort of 60, with links of one strength."""
    rng = np.random.default_rng(seed)
    parts = []
    for n, label in ((14, "S"), (60, "C")):
        index = [f"{label}{i}" for i in range(n)]
        genes = pd.DataFrame(rng.normal(size=(n, 40)), index).add_prefix("g")
        metabolites = pd.DataFrame(rng.normal(size=(n, n_metabolites)), index).add_prefix("m")
        parts.append((genes, metabolites + slope * genes.iloc[:, :n_metabolites].to_numpy()))
    return parts


def cohort_of(tables, name="other"):
    overlap = pd.DataFrame(
        {"n_study": [40, 3], "n_cohort": [40, 3], "n_shared": [40, 3]}, list(ol.MODALITIES)
    )
    return Cohort(name, *tables, pd.DataFrame(index=tables[0].index), [], overlap, [])


def said(slope):
    study, other = drawn(slope)
    cohort = cohort_of(other)
    found = ol.associate(*study, weights=cohort.weights())
    return found, reads(narrate.weighed(cohort, found, 0.05))


def test_nothing_is_said_without_a_cohort():
    assert narrate.weighed(None, None, 0.05) == ""


def test_pairs_that_owe_their_place_to_the_cohort_are_counted():
    found, text = said(1.0)
    new = int((found.pairs["q"] > 0.05).sum())
    assert new > 0
    assert f"{found.n_significant} pairs are declared" in text
    assert f"with equal weights it would be {found.n_unweighted} pair" in text
    assert f"{new} pair" in text
    assert "owe" in text


def test_nothing_found_is_said_plainly():
    found, text = said(0.0)
    assert (found.n_significant, found.n_unweighted) == (0, 0)
    assert "no pairs are declared" in text
    assert "owe" not in text


def test_cohort_of_genes_alone_says_nothing_about_pairs_and_its_name_is_harmless():
    cohort = cohort_of((drawn(0)[1][0], None), "<script>")
    text = narrate.weighed(cohort, None, 0.05)
    assert "says nothing about pairs" in text
    assert "<script>" not in text


@pytest.mark.parametrize("unweighted", [5, 1])
def test_cohort_that_costs_pairs_is_said_to(unweighted):
    found, _ = said(0.0)
    found = ol.Associations(**{**vars(found), "n_unweighted": unweighted})
    assert "It costs pairs" in narrate.weighed(cohort_of(drawn(0)[1]), found, 0.05)
