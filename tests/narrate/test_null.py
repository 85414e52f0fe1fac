"""Each claim of chapter 4 about chance is checked against its number, on results that are drawn."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrate_helpers import found, reads

import omics_lib as ol
from omics_lib import narrate


@st.composite
def results(draw):
    """Draw a result of `associate`: nothing, one pair, few, all; with and without family-wise pairs."""
    n_tests = draw(st.sampled_from([1, 20, 100, 96_000]))
    n_permutations = draw(st.sampled_from([1, 18, 19, 99, 1000]))
    maxima = np.array(draw(st.lists(st.floats(0.01, 1), min_size=3, max_size=3)))
    null = pd.DataFrame({"max_abs_rho": np.resize(maxima, n_permutations)})
    null["n_significant"] = np.resize([0, 0, draw(st.integers(0, n_tests))], n_permutations)
    strongest = draw(st.floats(0.01, 1))
    n_significant = draw(st.sampled_from([0, 1, n_tests // 2, n_tests]))
    n_shown = min(n_significant, 3)
    reached = int((null["max_abs_rho"] >= strongest).sum())
    p_family = (1 + reached) / (1 + n_permutations)
    most = draw(st.sampled_from([1, 2, 500]))
    result = found(
        *([strongest] * n_shown), n_tests=n_tests, n_significant=n_significant, n_kept=n_significant,
        n_family=min(most, n_tests) if p_family <= 0.05 else 0, null=list(null.itertuples(index=False)),
    )  # fmt: skip
    result.strongest["rho"], result.strongest["p_family"] = strongest, p_family
    return result


@given(results())
def test_no_sentence_denies_what_its_numbers_show(result):
    text = reads(narrate.association_null(result, 0.05))
    family, listed = result.n_family > 0, result.n_significant > 0
    # what the numbers show is said, and nothing else
    assert bool(re.search(r"\*\*[\d,]+ pairs? stands? out", text)) == family
    enough = 0.05 * (len(result.null) + 1) >= 1
    assert ("no pair can be told from chance" in text) == (enough and not family and not listed)
    assert ("**No pair stands out by itself**" in text) == (enough and not family)
    assert ("So few permutations cannot let a pair stand out" in text) == (not enough)
    assert ("The list of" in text) == listed
    assert ("lets none through all the same" in text) == (family and not listed)
    # each error is named with the statement that it holds
    if family:
        number = re.search(r"\*\*([\d,]+) pairs? stands? out", text)
        assert int(number[1].replace(",", "")) == result.n_family
        assert "if the two tables were independent" in text
    if listed:
        assert "holds another error, the false discovery rate" in text
        assert f"The list of {result.n_significant:,} significant pair" in text
    assert f"the strongest observed is {result.strongest['rho']:.2f}" in text


@given(results(), st.sampled_from(["exact", "t", "permutation"]))
def test_the_test_of_all_pairs_says_how_many_and_how_weak(result, kind):
    result = found(
        *result.pairs["rho"], n_tests=result.n_tests, n_significant=result.n_significant,
        n_kept=result.n_kept, null_kind=kind,
    )  # fmt: skip
    text = reads(narrate.associations(result, 0.05))
    assert ("**None is significant**" in text) == (result.n_significant == 0)
    if result.n_significant:
        assert f"the weakest of them at |rho| = {result.threshold:.2f}" in text
        share = re.search(r"\*\* \((.*?)%\)", text)[1]
        assert (share == "100") == (result.n_significant == result.n_tests)


def test_a_single_pair_that_passes_by_the_strongest_of_each_permutation_alone_is_not_denied():
    """The case that read wrong: nothing by false discovery rate, one pair by family-wise error."""
    result = found(null=[(0.5, 0)] * 97 + [(0.7, 0)] * 2, n_family=1)
    result.strongest["rho"], result.strongest["p_family"] = 0.66, 0.03
    text = reads(narrate.association_null(result, 0.05))
    assert "**1 pair stands out by itself** (family-wise p of the first: 0.03)" in text
    assert "The false discovery rate of 0.05 lets none through all the same" in text
    assert "told from chance" not in text


def test_nulls_that_say_nothing_are_said_to():
    assert reads(narrate.association_null(found(0.9), 0.05)) == "No permutations were asked for."
    assert "no pair could be tested" in reads(
        narrate.association_null(found(n_tests=0, null=[(0.0, 0)]), 0.05)
    )


def test_pairs_cut_off_the_table_get_no_pooled_rate():
    null = [(0.7, 0)] * 19
    assert "no formula for p at all" in narrate.association_null(found(0.9, -0.8, null=null), 0.05)
    assert "no formula" not in narrate.association_null(found(0.9, -0.8, null=null, n_significant=7), 0.05)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("options", [{}, {"groups": np.repeat([0, 1], 8)}, {"null": "t"}], ids=str)
def test_pairs_that_stand_out_by_themselves_are_those_of_the_table(seed, options):
    """`n_family` counts what `p_family` says, also where the false discovery rate lets none through."""
    rng = np.random.default_rng(seed)
    genes, metabolites = rng.normal(size=(16, 30)), rng.normal(size=(16, 8))
    genes[:, 0] += 2 * metabolites[:, 0] * (seed % 2)
    genes[:, 1] = genes[:, 1] > 0  # two values: a null of its own
    whole = ol.associate(genes, metabolites, alpha=0.9999, n_permutations=39, random_state=seed, **options)
    some = ol.associate(genes, metabolites, alpha=0.1, n_permutations=39, random_state=seed, **options)
    assert whole.pairs["p_family"].max() > 0.1
    assert some.n_family == (whole.pairs["p_family"] <= 0.1).sum()
    assert some.strongest["p_family"] == pytest.approx(whole.pairs["p_family"].min())
    none = ol.associate(genes, metabolites, n_permutations=9, random_state=seed, **options)
    assert none.n_family == 0  # 1 / 10 is the smallest p that there is
