"""Do the sentences of chapter 6 say what their numbers say?"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrate_helpers import reads

from omics_lib import narrate

WHERE = ["latents", "PCA", "t-SNE", "UMAP"]
SHARE = st.floats(0, 1)


@st.composite
def neighbour_tables(draw):
    rows = [
        (name, where, draw(SHARE), draw(SHARE), draw(st.floats(0.001, 0.1) | st.floats(0.001, 1)))
        for name in ("transcriptomics", "metabolomics")
        for where in WHERE
    ]
    return pd.DataFrame(rows, columns=["table", "where", "value", "chance", "p"])


@given(neighbour_tables())
def test_groups_are_read_into_the_maps_only_where_the_latents_hold_them(table):
    text = narrate.neighbours(table, "group")
    for name, line in zip(("transcriptomics", "metabolomics"), text.split("\n"), strict=True):
        reads(line.removeprefix("- "))
        rows = table[table["table"] == name].set_index("where")
        p = rows.loc["latents", "p"]
        held = p <= 0.05 / 2  # either table is another chance to be lucky
        assert ("read no group into these maps" in line) == (p > 0.05)
        assert ("With 2 tables asked, that is not beyond chance" in line) == (0.05 / 2 < p <= 0.05)
        assert ("goes with `group`" in line) == held
        lost = [where for where in WHERE[1:] if rows.loc[where, "p"] > 0.05]
        if held:
            assert ("every map shows it" in line) == (not lost)
            assert [
                where for where in WHERE[1:] if re.search(rf"but .*{where}.* do(es)? not show it", line)
            ] == lost


def test_numbers_are_compared_by_correlation():
    table = pd.DataFrame([("genes", where, 0.93, -0.05, 0.001) for where in WHERE])
    table.columns = ["table", "where", "value", "chance", "p"]
    assert "nearest neighbour's correlate at 0.93; chance gives -0.05" in narrate.neighbours(
        table, "age", True
    )


def test_no_labels_to_compare_with_are_said():
    empty = pd.DataFrame(columns=["table", "where", "value", "chance", "p"])
    assert "this page cannot say" in reads(narrate.neighbours(empty, "group"))


def test_maps_are_explained_with_the_variance_of_their_axes():
    text = reads(narrate.embedding({"gene": np.array([0.42, 0.16, 0.42]), "other": np.zeros(0)}, 21))
    assert "one of 21 samples" in text
    assert (
        "42% and 16% of the variance of the gene latents, and nothing of the variance of the other latents"
        in text
    )


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ([], "there is nothing to draw"),
        ([0.2, 0.9], "Of 2 squares, none is significant at a false discovery rate of 0.05: **read no block"),
        ([0.01, 0.9], "Of 2 squares, 1 is significant"),
        ([0.01, 0.02, 0.9], "Of 3 squares, 2 are significant"),
    ],
)
def test_blocks_are_read_only_where_some_pair_of_latents_is_significant(q, expected):
    pairs = pd.DataFrame({"rho": np.linspace(0.9, 0.1, len(q)), "q": q})
    assert expected in reads(narrate.latent_blocks(pairs, 0.05))
