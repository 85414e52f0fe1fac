from __future__ import annotations

import pandas as pd
import pytest
from narrate_helpers import reads

from omics_lib import narrate, plots


def rows(what, how, state, **aucs):
    return [
        {"n_samples": 21, "what": what, "how": how, "state": state, "person": person, "auc": auc,
         "low": auc - 0.02, "high": min(auc + 0.02, 1)}
        for person, auc in aucs.items()
    ]  # fmt: skip


def membership(outlier=1.0, default=0.52, correlations=1.0, unusual=0.55, evaluation=0.9):
    found = [
        *rows("weights", "the row space", "no", typical=1.0),
        *rows("correlations", "all, exact", "no", typical=correlations, control=0.5),
        *rows("reconstruction", "mean", "before", typical=0.52, outlier=outlier, control=0.5),
        *rows("evaluation", "four digits", "before", typical=0.51, outlier=evaluation, control=0.5),
        *rows("latent correlations", "share", "now", typical=0.5, outlier=default, control=0.5),
        *rows("everything", "as it was", "before", typical=0.53, outlier=outlier, control=0.49),
        *rows("everything", "by default", "now", typical=0.5, outlier=default, control=0.5),
        *rows("everything", "without unusual samples", "no", typical=0.5, outlier=unusual, control=0.5),
    ]
    return pd.DataFrame(found)


PRICE = pd.DataFrame(
    {
        "what": ["reconstruction", "evaluation", "latent correlations", "everything"],
        "how": ["mean", "four digits", "share", "by default"],
        "state": ["before", "before", "now", "now"],
        "lost": [0.0, 0.0, 0.9, 0.8],
    }
)


def test_setting_counts_trials_and_people():
    settings = {"n_samples": [21, 50], "n_trials": 1, "n_studies": 100, "n_targets": 1}
    text = reads(narrate.disclosure_setting(settings))
    assert "21 and 50 samples" in text and "1 trial;" in text and "100 shadow studies" in text


@pytest.mark.parametrize(("alike", "words"), [(1.0, "**Weights are data**"), (0.3, "give little back")])
def test_weights_are_read_by_what_comes_back(alike, words):
    rebuilt = pd.DataFrame(
        {"person": ["member", "other"], "n_known": 60, "n_features": 1000, "correlation": [alike, 0.1]}
    )
    text = reads(narrate.disclosure_weights(rebuilt, membership()))
    assert "60 of 1,000 genes" in text and "the other 940" in text and words in text


@pytest.mark.parametrize(
    ("auc", "words"), [(0.9, "None of these forms can be let out"), (0.55, "Only the forms near")]
)
def test_correlations_are_read_by_the_outcome(auc, words):
    text = narrate.disclosure_correlations(membership(correlations=auc))
    assert words in text and text.startswith(f"- *all, exact*: {auc:.2f} ")


def test_number_that_tells_an_outlier_is_named():
    text = reads(narrate.disclosure_aggregates(membership()))
    assert "that of the kind *outlier* with 1.00 (0.98 to 1.00)" in text
    assert "**What gives it away is reconstruction (1.00)**, and evaluation (0.90) does too" in text
    assert "widens the scale" in text
    other = reads(narrate.disclosure_aggregates(membership(outlier=0.55)))
    assert "**What gives it away is evaluation (0.90)**, each" in other and "widens the scale" not in other
    none = reads(narrate.disclosure_aggregates(membership(outlier=0.55, evaluation=0.5)))
    assert "No number tells" in none


def test_default_is_held_against_chance_with_its_price():
    text = reads(narrate.disclosure_default(membership(), PRICE))
    assert "latent correlations (share)" in text and "near chance: 0.52" in text
    assert "Evaluation and reconstruction are not released" in text and "80% of what differs" in text
    assert "**not near chance**" in reads(narrate.disclosure_default(membership(default=0.8), PRICE))


@pytest.mark.parametrize(("auc", "words"), [(0.55, "which protects"), (0.9, "does **not** protect")])
def test_other_ways_are_read_by_the_outcome(auc, words):
    assert words in reads(narrate.disclosure_alternatives(membership(unusual=auc)).lstrip("*"))


@pytest.mark.parametrize(("auc", "words"), [(0.7, "only noise is**"), (0.55, "rarely change")])
def test_informed_attacker_is_read_by_the_outcome(auc, words):
    assert words in reads(narrate.disclosure_informed(membership(default=auc)))


def test_linkage_says_what_is_left_and_what_it_costs():
    linkage = pd.DataFrame(
        {
            "n_samples": 21, "how": ["as it is", "grouped"], "k": 5, "linked": [0.105, 0.0],
            "low": [0.07, 0.0], "high": [0.15, 0.0], "chance": 1e-4, "columns_kept": [3.0, 1.2], "columns": 3,
        }
    )  # fmt: skip
    text = reads(narrate.disclosure_linkage(linkage))
    assert "10% (7% to 15%)" in text or "11% (7% to 15%)" in text
    assert "it is 0% at most" in text and "of 3 columns 1.2 to 1.2" not in text


NOISE = pd.DataFrame(
    {
        "n_samples": 21, "epsilon": [1.0, 10.0] * 2, "what": ["samples by group"] * 2 + ["R²"] * 2,
        "error": [6.0, 0.6, 3.0, 0.3], "range": [21.0, 21.0, 1.0, 1.0],
        "released": [False, True, False, False], "bound": [0.731, 0.99995] * 2,
    }
)  # fmt: skip


def test_noise_says_which_numbers_are_left():
    text = reads(narrate.disclosure_noise(NOISE))
    assert "from ε = 10 with 21 (off by 0.6) samples" in text and "*R²* never is useful" in text
    none = reads(narrate.disclosure_noise(NOISE.assign(released=False)))
    assert "At none of these losses" in none


def test_figures_have_a_row_a_form_and_a_line_a_number():
    ax = plots.plot_attacks(membership().query("what != 'weights'"))
    assert len(ax.get_yticks()) == 7 and ax.get_yticklabels()[0].get_text() == "correlations:\nall, exact"
    lines = plots.plot_noise(NOISE).get_lines()
    assert [line.get_label() for line in lines[:2]] == ["samples by group", "R²"]
    assert lines[0].get_ydata().tolist() == pytest.approx([6 / 21, 0.6 / 21])
