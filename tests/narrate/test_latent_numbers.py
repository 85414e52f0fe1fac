from __future__ import annotations

import pandas as pd
import pytest

from omics_lib import narrate
from omics_lib.autoencoder import AgreedLatents


def agreed(n_latent, excess=(0.5, 1.0, 0.2)):
    table = pd.DataFrame({"n_latent": range(1, 1 + len(excess)), "shared": excess, "shuffled": 0.0})
    return AgreedLatents(n_latent, 0.025 if n_latent else 0.4, table)


@pytest.mark.parametrize(
    ("n_latent", "kept", "asked", "said"),
    [
        (
            8,
            8,
            "auto",
            "agree on 8 latents** beyond what shuffled samples give (p = 0.025). That many are kept",
        ),
        (8, 64, "auto", "presets of the source have 64"),
        (0, 2, "auto", "no more than shuffled samples do** (p = 0.4)"),
        (0, 2, "auto", "Two are kept all the same"),
        (1, 2, "auto", "agree on 1 latent**"),
        (8, 3, 3, "asks for 3: the network has to squeeze"),
        (3, 3, 3, "just that number"),
        (3, 64, 64, "asks for 64, more than come back"),
    ],
)
def test_number_of_latents_is_told_by_its_outcome(n_latent, kept, asked, said):
    assert said in narrate.agreed_latents(agreed(n_latent), kept, asked)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([8, 8, 8], "No fold decides it"),
        ([8, 7, 9], "by more than 1 latent."),
        ([8, 2, 8], "hangs on which samples"),
    ],
)
def test_count_without_folds_says_whether_one_of_them_decides(counts, said):
    assert said in narrate.counted_without(counts, 8)


def test_caption_names_the_largest_excess():
    caption = narrate.caption_agreed_latents(agreed(2))
    assert "most with 2 axes: 1.0 dimensions" in caption.finding
    assert "0.50 with 1, 1.00 with 2 and 0.20 with 3" in caption.shown
    assert "no axis" in narrate.caption_agreed_latents(AgreedLatents(0, 1.0, agreed(0).table[:0])).finding


@pytest.mark.parametrize(
    ("significant", "said"),
    [
        ([4, 6, 10], "4 of 4 pairs with 2 axes and 10 of 4,096 pairs with 64 axes (the most)."),
        ([4, 6, 10], "share falls from 100% to 0.24%"),
        ([1, 4, 0], "4 of 64 pairs with 8 axes (the most) and none of 4,096 pairs with 64 axes."),
        ([1, 4, 0], "More latents than come back cost power"),
        ([0, 0, 0], "At no width does a pair stand out"),
        ([0, 0, 10], "a narrow middle would miss some of it"),
    ],
)
def test_width_is_told_by_what_it_does_to_the_pairs(significant, said):
    table = {"tests": [4, 64, 4096], "significant": significant, "strongest": [0.8, 0.9, 0.9]}
    assert said in narrate.latent_widths(pd.DataFrame(table, index=[2, 8, 64]), 0.05)


def test_gene_sets_are_told_by_their_outcome():
    row = {"gene_set": "a|b", "latent": "latent_01", "n_genes": 5, "mean_rank": 0.8, "p": 0.001, "q": 0.01}
    found = pd.DataFrame([row, row | {"latent": "latent_02", "p": 0.5, "q": 0.5}])
    assert "1 set stands out" in (text := narrate.enriched_sets(found))
    assert "a|b" not in text.replace(r"a\|b", "") or "`a|b`" in text
    assert "None stands out" in narrate.enriched_sets(found.assign(q=0.5))
    assert "brings no gene sets" in narrate.enriched_sets(None)
    assert "nothing to ask" in narrate.enriched_sets(found[:0])
