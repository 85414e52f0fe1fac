from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import inspect
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from omics_lib import plots

RNG = np.random.default_rng(0)
SAMPLES = [f"S{i:02d}" for i in range(12)]
LABELS = pd.Series(list("abc") * 4, SAMPLES, name="group")
POINTS = RNG.normal(size=(12, 2))
HISTORY = pd.DataFrame(
    {
        "fold": [1, 1, 2, 2],
        "epoch": [1, 2, 1, 2],
        "train_loss": 1.0,
        "validation_loss": [0.9, np.nan, 0.8, 0.7],
    }
)
AGREED = pd.DataFrame({"n_latent": [1, 2, 3], "shared": [0.9, 1.8, 2.0], "shuffled": [0.3, 0.8, 1.4]})
SIZES = pd.DataFrame(
    {
        "n_latent": [2, 2, 2, 4, 4],
        "fold": 1,
        "model": ["autoencoder", "PCA", "ceiling", "autoencoder", "PCA"],
        "r2": [0.5, 0.3, 0.9, 0.7, 0.8],
    }
)
SPREAD = pd.DataFrame(
    {
        "samples": [100, 100, 21, 21, 21],
        "setting": ["b$", "b$", "_a", "_a", "_a"],
        "method": ["PLS", "PLS", "PLS", "PLS", "GCN"],
        "metric": "power",
        "value": [0.6, 0.8, 0.1, 0.3, np.nan],
    }
)
GROWTH = pd.DataFrame(
    {
        "function": ["f", "f", "g", "g"],
        "growing": "genes",
        "n_genes": [10, 100, 10, 100],
        "n_samples": 21,
        "seconds": [0.1, 1.0, 0.2, np.nan],
        "peak_mb": [100.0, 110, 90, np.nan],
    }
)
PAIRS = pd.DataFrame(
    {"gene": ["g1", "g1", "same"], "metabolite": ["m1", "same", "m1"], "rho": [0.9, -0.8, 0.7]}
)
EVALUATION = pd.DataFrame(
    {
        "method": ["GCN, rewired", "Spearman"],
        "knowledge": ["null_model", "tables"],
        "truth": "known_pairs",
        "metric": "mrr",
        "value": [0.4, 0.2],
    }
)
RHO = pd.DataFrame(RNG.uniform(-1, 1, (4, 5))).rename_axis(index="gene latents", columns="metabolite latents")

HISTOGRAM = pd.DataFrame({"abs_rho": [0.0, 0.4, 0.8], "n_pairs": [9, 3, 0], "n_permuted": [11.0, 0.9, 0.1]})
MANY = pd.DataFrame(RNG.gamma(2, size=(100_000, 2)), columns=["mean", "spread"])
ATTACKS = pd.DataFrame(
    {
        "what": "R²", "how": ["mean", "to a tenth"] * 2, "person": ["typical"] * 2 + ["outlier"] * 2,
        "auc": [0.5, 0.6, 1.0, 0.9], "low": 0.4, "high": 1.0,
    }
)  # fmt: skip
NOISE = pd.DataFrame({"what": "R²", "epsilon": [0.1, 1.0], "error": [9.0, 0.9], "range": 1.0})

STRONGEST = pd.DataFrame({"n_pairs": [1000, 10_000], "strongest": [0.7, 0.8], "expected": [0.69, 0.77]})
LISTS = pd.DataFrame({"study": [0, 0, 2], "place": [1, 2, 1], "true": [True, False, True]})
ROLES = pd.DataFrame([["trains", "held out"], ["held out", "trains"], ["tells when to stop"] * 2]).astype(
    pd.CategoricalDtype(["trains", "tells when to stop", "held out"])
)
SIX = pd.DataFrame(np.eye(6) / 2 + 0.5)
WORLDS = pd.DataFrame({"Spearman": [0.5, 0.2], "smoothing": [0.8, 0.0]}, index=["modules", "links"])
STATISTICS = pd.DataFrame({"z": [20.0, -0.5]}, index=["total", "links"])
EDGES = pd.DataFrame({"end": ["g", "m"], "neighbour": ["$g", "_x"], "contribution": [0.5, -0.1]})

CALLS = {
    "plot_attacks": [
        lambda ax: plots.plot_attacks(ATTACKS, ax=ax),
        lambda ax: plots.plot_attacks(ATTACKS.head(1), ax=ax),
    ],
    "plot_noise": [lambda ax: plots.plot_noise(NOISE, ax=ax)],
    "plot_counts": [
        lambda ax: plots.plot_counts(
            pd.DataFrame({"bin": list("abcdef"), "n": range(6)}),
            x="bin",
            y="n",
            xlabel="b",
            ylabel="n",
            ax=ax,
        ),
    ],
    "plot_totals": [
        lambda ax: plots.plot_totals(pd.Series([3.0, 5, 4]), ax=ax),
        lambda ax: plots.plot_totals(pd.Series([3.0]), ax=ax),
    ],
    "plot_value_ranges": [
        lambda ax: plots.plot_value_ranges(
            {"genes": RNG.normal(size=50), "m": np.zeros(5)}, label="x", ax=ax
        ),
    ],
    "plot_ways": [
        lambda ax: plots.plot_ways(
            pd.DataFrame({"none": [0.1, 0.5, 0.4], "cpm": [-0.1, 0, 0.2]}), label="x", ax=ax
        ),
        lambda ax: plots.plot_ways(pd.DataFrame({"none": [0.1], "cpm": [0.1]}), label="x", ax=ax),
    ],
    "plot_mean_spread": [
        lambda ax: plots.plot_mean_spread(pd.DataFrame({"mean": [1, 2], "spread": [0, 1]}), label="x", ax=ax),
        lambda ax: plots.plot_mean_spread(pd.DataFrame({"mean": [], "spread": []}), label="x", ax=ax),
        lambda ax: plots.plot_mean_spread(MANY.head(10_001), label="x", ax=ax),
    ],
    "plot_learning_curves": [
        lambda ax: plots.plot_learning_curves(HISTORY, ax=ax),
        lambda ax: plots.plot_learning_curves(HISTORY.head(1), ax=ax),
    ],
    "plot_cross_validation": [
        lambda ax: plots.plot_cross_validation(pd.DataFrame({"model": ["a", "b"], "r2": [0.1, -3]}), ax=ax),
    ],
    "plot_agreed_latents": [
        lambda ax: plots.plot_agreed_latents(AGREED, ax=ax),
        lambda ax: plots.plot_agreed_latents(AGREED.head(1), ax=ax),
        lambda ax: plots.plot_agreed_latents(AGREED.head(0), ax=ax),
    ],
    "plot_latent_sizes": [
        lambda ax: plots.plot_latent_sizes(SIZES, ax=ax),
        lambda ax: plots.plot_latent_sizes(SIZES.head(3), ax=ax),
    ],
    "plot_spread": [
        lambda ax: plots.plot_spread(SPREAD, "samples", label="power", ax=ax),
        lambda ax: plots.plot_spread(SPREAD, "setting", by="metric", ax=ax),
        lambda ax: plots.plot_spread(SPREAD.head(0), "samples", ax=ax),
    ],
    "plot_solver_losses": [
        lambda ax: plots.plot_solver_losses(
            {("Adam", "dense"): HISTORY, ("Adam", "rowspace"): HISTORY}, ax=ax
        ),
    ],
    "plot_growth": [
        lambda ax: plots.plot_growth(GROWTH, "genes", ax=ax),
        lambda ax: plots.plot_growth(GROWTH, "genes", value="peak_mb", n_named=1, ax=ax),
        lambda ax: plots.plot_growth(GROWTH.head(1), "genes", ax=ax),
        lambda ax: plots.plot_growth(GROWTH, "samples", ax=ax),
    ],
    "plot_embedding": [
        lambda ax: plots.plot_embedding(POINTS, LABELS, title="x", ax=ax),
        lambda ax: plots.plot_embedding(POINTS * 0, pd.Series(np.arange(12.0), SAMPLES, name="age"), ax=ax),
        lambda ax: plots.plot_embedding(POINTS, pd.Series([np.nan, *range(11)], SAMPLES, name="age"), ax=ax),
        lambda ax: plots.plot_embedding(POINTS, pd.Series([True, False] * 6, SAMPLES, name="flag"), ax=ax),
        lambda ax: plots.plot_embedding(POINTS[:1], pd.Series(["missing"], name="group"), ax=ax),
    ],
    "plot_strongest": [lambda ax: plots.plot_strongest(STRONGEST, ax=ax)],
    "plot_lists": [
        lambda ax: plots.plot_lists(LISTS, ax=ax),
        lambda ax: plots.plot_lists(LISTS.iloc[:0], ax=ax),
    ],
    "plot_roles": [lambda ax: plots.plot_roles(ROLES, ax=ax)],
    "plot_six_nodes": [lambda ax: plots.plot_six_nodes(pd.Series([0.1] * 6), SIX, title="x", ax=ax)],
    "plot_size_heatmap": [lambda ax: plots.plot_size_heatmap(RHO.abs(), title="x", ax=ax)],
    "plot_span": [lambda ax: plots.plot_span(np.eye(3), np.ones(3), np.full(3, 1 / 3), ax=ax)],
    "plot_both_worlds": [lambda ax: plots.plot_both_worlds(WORLDS, label="x", ax=ax)],
    "plot_world": [
        lambda ax: plots.plot_world(STATISTICS, ax=ax),
        lambda ax: plots.plot_world(STATISTICS.iloc[:0], ax=ax),
    ],
    "plot_replication": [
        lambda ax: plots.plot_replication(pd.DataFrame({"Spearman": [0.1, 0.2], "network": 0.3}), ax=ax)
    ],
    "plot_contributions": [
        lambda ax: plots.plot_contributions(EDGES, ax=ax),
        lambda ax: plots.plot_contributions(EDGES.iloc[:0], ax=ax),
    ],
    "plot_latent_heatmap": [
        lambda ax: plots.plot_latent_heatmap(pd.DataFrame(POINTS), ax=ax),
        lambda ax: plots.plot_latent_heatmap(pd.DataFrame(POINTS * 0), ax=ax),
        lambda ax: plots.plot_latent_heatmap(
            pd.DataFrame(POINTS), labels=pd.Series(list("aaaabbbbcccc"), name="group"), ax=ax
        ),
        lambda ax: plots.plot_latent_heatmap(
            pd.DataFrame(POINTS), labels=pd.Series(np.arange(12.0) // 13, name="alike"), ax=ax
        ),
    ],
    "plot_correlation_heatmap": [
        lambda ax: plots.plot_correlation_heatmap(RHO, ax=ax),
        lambda ax: plots.plot_correlation_heatmap(RHO.iloc[:1, :1], ax=ax),
    ],
    "plot_null": [
        lambda ax: plots.plot_null(pd.Series([0.1, 0.5, 0.4]), 0.9, label="x", ax=ax),
        lambda ax: plots.plot_null(pd.Series([0.0, 0.0]), float("nan"), label="x", ax=ax),
        lambda ax: plots.plot_null(pd.Series([], dtype=float), 0.3, label="x", ax=ax),
    ],
    "plot_correlations": [
        lambda ax: plots.plot_correlations(HISTOGRAM, 0.5, ax=ax),
        lambda ax: plots.plot_correlations(HISTOGRAM.assign(n_permuted=0.0), ax=ax),
        lambda ax: plots.plot_correlations(HISTOGRAM.assign(n_pairs=0, n_permuted=0.0), ax=ax),
    ],
    "plot_pair": [
        lambda ax: plots.plot_pair(
            pd.Series(POINTS[:, 0], SAMPLES, name="g"),
            pd.Series(POINTS[:, 1], SAMPLES, name="m"),
            LABELS,
            ax=ax,
        ),
    ],
    "plot_bipartite_network": [
        lambda ax: plots.plot_bipartite_network(PAIRS, ax=ax),
        lambda ax: plots.plot_bipartite_network(PAIRS.head(1).assign(rho=0.0, gene="x" * 60), ax=ax),
        lambda ax: plots.plot_bipartite_network(PAIRS.iloc[:0], ax=ax),
    ],
    "plot_evaluation": [
        lambda ax: plots.plot_evaluation(EVALUATION, "mrr", ax=ax),
        lambda ax: plots.plot_evaluation(EVALUATION.iloc[:0], "mrr", ax=ax),
        lambda ax: plots.plot_evaluation(EVALUATION, "average_precision", highlight=["GCN"], ax=ax),
    ],
}
ALL = [pytest.param(call, id=f"{name}-{i}") for name, calls in CALLS.items() for i, call in enumerate(calls)]


@pytest.fixture(autouse=True)
def no_files_and_no_windows(monkeypatch, tmp_path):
    """Fail on `savefig` and `show` in a drawing function, and close what was drawn."""

    def refuse(*args, **options):
        raise AssertionError("a drawing function must not save or show")

    saved = Figure.savefig
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", refuse)
    monkeypatch.setattr(plt, "savefig", refuse)
    monkeypatch.setattr(Figure, "savefig", refuse)
    yield lambda: monkeypatch.setattr(Figure, "savefig", saved)
    plt.close("all")


def test_every_drawing_function_is_tried():
    drawing = {name for name, _ in inspect.getmembers(plots, inspect.isfunction) if name.startswith("plot_")}
    assert drawing == set(CALLS)


@pytest.mark.parametrize("call", ALL)
def test_axes_are_made_drawn_on_and_returned(call, tmp_path):
    ax = call(None)
    assert isinstance(ax, Axes)
    ax.figure.canvas.draw()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("call", ALL)
def test_given_axes_are_used(call):
    figure, (left, right) = plt.subplots(1, 2)
    assert call(right) is right
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]


def levels_of(ax):
    return {c.get_label(): len(c.get_offsets()) for c in ax.collections}


@pytest.mark.parametrize("n_levels", [1, 9, 10])
def test_up_to_ten_levels_have_a_marker_each(n_levels):
    labels = pd.Series([f"level {i % n_levels}" for i in range(20)], name="group")
    drawn = levels_of(plots.plot_embedding(RNG.normal(size=(20, 2)), labels))
    assert drawn == labels.value_counts().to_dict()


def test_rare_levels_beyond_ten_share_a_marker():
    labels = pd.Series([f"level {min(i, 14)}" for i in range(20)], name="group")
    drawn = levels_of(plots.plot_embedding(RNG.normal(size=(20, 2)), labels))
    assert drawn.pop("6 rarer ones") == 6
    assert sum(drawn.values()) == 14
    assert len(drawn) == 9


def test_level_that_is_called_other_is_drawn():
    drawn = levels_of(plots.plot_embedding(POINTS[:4], pd.Series(["other", "a", "other", "b"], name="group")))
    assert drawn == {"other": 2, "a": 1, "b": 1}


def test_pair_joins_by_sample_id_and_shows_its_values():
    gene = pd.Series(np.arange(12.0), SAMPLES, name="g")
    ax = plots.plot_pair(gene, (gene * 2).rename("m").iloc[::-1], LABELS.iloc[::-1])
    points = np.vstack([c.get_offsets() for c in ax.collections])
    np.testing.assert_allclose(points[:, 1], 2 * points[:, 0])
    assert levels_of(ax) == {"a": 4, "b": 4, "c": 4}
    assert len(ax.get_xticks()) > 1
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("g", "m")


def test_bars_of_an_evaluation_are_its_values():
    ax = plots.plot_evaluation(EVALUATION, "mrr")
    assert [bar.get_width() for bar in ax.patches] == [0.2, 0.4]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Spearman", "GCN, rewired"]
    assert ax.get_legend().get_texts()[0].get_text() == "null"
    taught = plots.plot_evaluation(EVALUATION.assign(knowledge="known_pairs"), "mrr")
    assert all(bar.get_hatch() for bar in taught.patches)


def test_same_name_on_both_sides_of_a_network_is_two_nodes():
    ax = plots.plot_bipartite_network(PAIRS)
    assert sorted(text.get_text() for text in ax.texts) == ["g1", "m1", "same", "same"]


def test_labels_are_the_column_asked_for_or_the_first_or_none():
    samples = pd.DataFrame({"group": list("ab"), "batch": list("xy")})
    assert plots.labels_for(samples, "batch").name == "batch"
    assert plots.labels_for(samples).name == "group"
    assert plots.labels_for(samples[[]]).tolist() == ["sample", "sample"]


def test_figure_is_written_twice_with_the_same_bytes(tmp_path, no_files_and_no_windows):
    no_files_and_no_windows()
    for name in ("one.v2", "two"):
        ax = plots.plot_embedding(POINTS, LABELS)
        plots.write_figure(ax.figure, tmp_path / name)
    suffixes = ("pdf", "png", "svg")
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == [f"{name}.{suffix}" for name in ("one.v2", "two") for suffix in suffixes]
    for suffix in suffixes:
        assert (tmp_path / f"one.v2.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_correlations_are_drawn_as_pairs_at_least_as_strong():
    ax = plots.plot_correlations(HISTOGRAM, 0.5)
    observed, permuted, threshold = ax.get_lines()
    assert observed.get_xydata().tolist() == [[0.0, 12], [0.4, 3]]
    np.testing.assert_allclose(permuted.get_ydata(), [12, 1.0, 0.1])
    assert threshold.get_xdata() == [0.5, 0.5]


def test_maps_of_samples_stand_in_rows_with_one_legend_and_their_variance():
    maps = {name: POINTS for name in ("PCA", "t-SNE", "UMAP")}
    axes = plots.draw_sample_maps({"genes": maps, "dealt out": maps}, LABELS, explained=[0.42, 0.16, 0.1])
    assert axes.shape == (2, 3)
    assert [ax.get_legend() is not None for ax in axes.flat] == [False, False, True, False, False, False]
    assert axes[0, 0].get_xlabel() == "axis 1: 42% of the variance"
    assert axes[0, 0].get_ylabel() == "axis 2: 16% of the variance"
    assert axes[1, 2].get_title() == "dealt out: UMAP"
    assert axes[0, 0].get_aspect() == 1
    axes[0, 0].figure.canvas.draw()


HOSTILE = [
    "$", "a$b$c", "$\\frac{$", "cost in \\$", "_hidden", "__", "*a*_b_", "`x`", "a|b", "<b>bold", "{{ 7*7 }}",
    "{0}", "%s", "x" * 200, "肝脏" * 30, "肝", "β-alanine", "a\nb\tc", "\x00\x07", "\u202eabc", " ", "", "^_",
    "\ud800", "\\",
]  # fmt: skip


def draw_with(name: str) -> list[Axes]:
    """Draw every figure that shows names, with this one in every place."""
    gene, metabolite = (pd.Series(POINTS[:, i], SAMPLES, name=name) for i in (0, 1))
    levels = pd.Series([name, "other"] * 6, SAMPLES, name=name)
    pairs = pd.DataFrame({"gene": [name, "g"], "metabolite": ["m", name], "rho": [0.9, -0.8]})
    return [
        plots.plot_embedding(POINTS, levels, title=name),
        plots.plot_embedding(POINTS, pd.Series(np.arange(12.0), SAMPLES, name=name)),
        plots.plot_pair(gene, metabolite, levels),
        plots.plot_bipartite_network(pairs),
        plots.plot_value_ranges({name: np.arange(9.0), "m": np.zeros(5)}, label="value"),
        plots.plot_latent_heatmap(pd.DataFrame(POINTS), labels=levels.sort_values(), title=name),
    ]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.slow
def test_any_name_is_drawn_without_a_warning_and_stands_in_the_legend(
    name, tmp_path, no_files_and_no_windows
):
    no_files_and_no_windows()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        axes = draw_with(name)
        for ax in axes:
            plots.write_figure(ax.figure, tmp_path / "figure")
    assert len(axes[0].get_legend().get_texts()) == 2
    assert len(axes[4].get_legend().get_texts()) == 2


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
@pytest.mark.slow
def test_no_name_ends_a_drawing(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        ax = plots.plot_embedding(POINTS, pd.Series([name, "b"] * 6, SAMPLES, name=name), title=name)
        ax.figure.canvas.draw()
    assert len(ax.get_legend().get_texts()) == 2
    plt.close("all")


def test_letters_that_no_font_has_are_named():
    assert plots.missing_letters(["β-alanine", "abc"]) == ""
    assert plots.missing_letters(["\U000e0fff", "a\u0378"]) == ""  # no letters at all
    assert "\U0001f9ec" in plots.missing_letters(["dna \U0001f9ec"])


def test_level_that_is_called_as_the_rest_is_drawn_beside_it():
    labels = pd.Series([*"abcdefghijk", "2 rarer ones", "2 rarer ones"], name="group")
    drawn = plots.plot_embedding(RNG.normal(size=(13, 2)), labels).collections
    assert sum(len(dots.get_offsets()) for dots in drawn) == 13


def test_rows_of_the_latents_are_named_by_their_group():
    labels = pd.Series(["high"] * 3 + ["low"] * 9, name="dose")
    ax = plots.plot_latent_heatmap(pd.DataFrame(POINTS), labels=labels)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["high", "low"]
    assert ax.get_ylabel() == "dose" and list(ax.get_yticks()) == [1.0, 7.0]
    assert not plots.plot_latent_heatmap(pd.DataFrame(POINTS), labels=pd.Series(range(13))).get_yticks().size


def test_spread_is_drawn_as_means_in_order_with_a_dot_a_run():
    ax = plots.plot_spread(SPREAD, "samples")
    dots, line = ax.get_lines()
    np.testing.assert_allclose(line.get_ydata(), [0.2, 0.7])
    np.testing.assert_allclose(10 ** np.asarray(line.get_xdata()), [21, 100])
    assert sorted(dots.get_ydata()) == [0.1, 0.3, 0.6, 0.8]
    assert sorted(tick.get_text() for tick in ax.get_xticklabels()) == ["100", "21"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["PLS"]


def test_lines_of_a_spread_stand_beside_each_other_where_settings_are_close():
    close = pd.DataFrame({"n": [20, 22] * 12, "method": np.repeat([*"abcdefghijkl"], 2), "value": 1.0})
    lines = plots.plot_spread(close, "n").get_lines()[1::2]
    x = np.array([line.get_xdata() for line in lines])
    assert x[:, 0].max() < x[:, 1].min()


def test_hundred_thousand_features_are_counted_not_drawn_one_by_one():
    (hexagons,) = plots.plot_mean_spread(MANY, label="x").collections
    assert hexagons.get_array().sum() == len(MANY)
    assert len(hexagons.get_array()) < 3000
    assert hexagons.get_rasterized()
