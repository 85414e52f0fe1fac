from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest

from omics_lib import AgreedLatents, narrate
from omics_lib._words import Caption

SAMPLES = [f"S{i}" for i in range(8)]
GENE = pd.Series([0.0, 1, 2, 3, 10, 11, 12, 13], SAMPLES, name="a_b")
METABOLITE = pd.Series([3.0, 2, 1, 0, 13, 12, 11, 10], SAMPLES, name="<i>")
BATCH = pd.Series(["A"] * 4 + ["B"] * 4, SAMPLES, name="batch")
SCORES = pd.DataFrame(
    {"fold": [1, 2, 1, 2], "model": ["autoencoder"] * 2 + ["PCA"] * 2, "r2": [0.2, 0.4, 0.1, 0.2]}
)
SIZES = pd.DataFrame(
    {
        "n_latent": [2, 2, 4, 4, 4],
        "model": ["autoencoder", "PCA", "autoencoder", "PCA", "ceiling"],
        "r2": [0.1, 0.2, 0.3, 0.4, 0.9],
    }
)
HISTORY = pd.DataFrame(
    {
        "fold": [1, 1, 2, 2],
        "epoch": [0, 1, 0, 1],
        "train_loss": [1.0, 0.5, 1.0, 0.7],
        "validation_loss": [1, 0.9, 0.8, 1],
    }
)
HISTOGRAM = pd.DataFrame({"abs_rho": [0.0, 0.5, 0.9], "n_pairs": [90, 9, 1], "n_permuted": [95.0, 5.0, 0.1]})
EVALUATION = pd.DataFrame(
    {
        "method": ["GCN", "Spearman", "GCN + known pairs"],
        "knowledge": ["tables", "tables", "known_pairs"],
        "truth": "known_pairs",
        "metric": "mrr",
        "value": [0.4, 0.25, 0.9],
    }
)
RANKED = pd.DataFrame(
    [
        (name, metric, value)
        for name, best in (("study alone", 0.2), ("cohort alone", 0.3), ("study and cohort", 0.4))
        for metric, value in (
            ("average_precision", best),
            ("average_precision_low", best - 0.1),
            ("average_precision_high", best + 0.1),
            ("average_precision_chance", 0.01),
        )
    ],
    columns=["method", "metric", "value"],
).assign(knowledge="tables", truth="known_pairs")
PAIRS = pd.DataFrame({"gene": ["g1", "g1"], "metabolite": ["m1", "m2"], "rho": [0.9, -0.8]})
LATENT_PAIRS = pd.DataFrame(
    {"gene_latent": ["a", "b"], "metabolite_latent": "c", "rho": [0.9, -0.2], "q": [0.01, 0.5]}
)
ATTACKS = pd.DataFrame(
    {"what": "R²", "how": ["mean", "median"], "person": ["typical", "outlier"], "auc": [0.5, 0.96]}
)
NOISE = pd.DataFrame({"what": "R²", "epsilon": [0.1, 1.0], "error": [3.0, 0.5], "range": 1.0})
GROWTH = pd.DataFrame(
    {
        "function": "associate",
        "growing": "genes",
        "n_samples": 21,
        "n_genes": [10, 100],
        "seconds": [0.1, 1.5],
        "peak_mb": [90, 2100.0],
    }
)
SPREAD = pd.DataFrame({"samples": [21, 21, 50], "method": "PLS", "value": [0.1, 0.3, 0.8]})
STRONGEST = pd.DataFrame({"n_pairs": [1024, 10**6], "strongest": [0.72, 0.88], "expected": [0.69, 0.87]})
ROLES = pd.DataFrame({1: ["held out", "trains", "tells when to stop"], 2: ["trains", "held out", "held out"]})
LISTS = {"the rate": pd.DataFrame({"study": [0, 0], "true": [True, False]})}
WORLDS = pd.DataFrame({"Spearman": [0.5, 0.2], "smoothing": [0.8, 0.0]}, index=["modules", "links"])
SIX = pd.DataFrame(
    {
        "measured": 0.5,
        "smoothed": [0.5] + [0.6] * 5,
        "sharpened": [0.5] + [0.1] * 5,
        "true": [True] + [False] * 5,
    },
    index=[f"gene {i}" for i in range(1, 7)],
)
Z = pd.DataFrame({"z": [20.0, -0.5]}, index=["total", "links"])
HALVES = pd.DataFrame({"Spearman": [0.1, 0.2], "network": [0.3, 0.4]})
EDGES = pd.DataFrame({"end": ["g", "m"], "neighbour": ["h_1", "m"], "contribution": [0.5, -0.1]})
LOSSES = {
    ("Adam", solver): pd.DataFrame({"train_loss": [2.0, 1.0, last]})
    for solver, last in (("dense", 0.5), ("rowspace", 0.6))
}

# What is called, and what the finding and the alternative text must say.
CASES: list[tuple[str, tuple[Any, ...], str, str]] = [
    ("totals", (pd.Series([1000.0, 3000]), "library size"), "a factor of 3.0", "median, 2,000"),
    ("totals", (pd.Series([-1.0, 3]), "total"), "between -1 and 3.", "2 samples"),
    ("values", ({"genes": np.arange(5.0)}, "value"), "between 1.00 and 3.00", "5 values from 0 to 4.00"),
    ("values", ({"genes": np.array([])}, "value"), "No value", "no value is there"),
    (
        "mean_spread",
        (pd.DataFrame({"mean": [1, 2, 3], "spread": [1, 2, 9]}), "count"),
        "rises",
        "means from 1 to 3",
    ),
    (
        "mean_spread",
        (pd.DataFrame({"mean": [1, 2, 3], "spread": [3, 2, 1]}), "count"),
        "falls",
        "from 1 to 3",
    ),
    (
        "mean_spread",
        (pd.DataFrame({"mean": [1, 2], "spread": [1, 1]}), "count"),
        "cannot be said",
        "2 features",
    ),
    (
        "agreed_latents",
        (AgreedLatents(1, 0.02, pd.DataFrame({"n_latent": [1], "shared": [0.9], "shuffled": [0.2]})),),
        "most with 1 axis",
        "0.70 with 1",
    ),
    (
        "ways",
        (pd.DataFrame({"none": [0.1, 0.3], "cpm": [-0.1, 0.1]}), "rho"),
        "0.20 as they come",
        "from -0.10 to 0.10",
    ),
    (
        "cross_validation",
        (SCORES,),
        "ahead of PCA: held-out R² of 0.300 against 0.150",
        "from 0.200 to 0.400",
    ),
    ("cross_validation", (SCORES.assign(r2=0.1),), "level with", "autoencoder 0.100"),
    ("cross_validation", (SCORES.assign(r2=[0.0, 0, 1, 1]),), "behind", "2 folds"),
    ("cross_validation", (SCORES.assign(r2=np.nan),), "diverged", "Dot plot"),
    ("latent_sizes", (SIZES,), "goes from 0.100 to 0.300", "with 2, autoencoder 0.100 and PCA 0.200"),
    ("latent_sizes", (SIZES[SIZES["n_latent"] == 4],), "With 4 latents", "ceiling at 0.900"),
    ("learning_curves", (HISTORY,), "at epoch 0 to 1, where it is from 0.80 to 0.90", "from 1.00 to 0.60"),
    ("learning_curves", ({"a": HISTORY, "b": HISTORY},), "; b: the validation", "2 folds"),
    ("learning_curves", (HISTORY.assign(validation_loss=np.nan),), "No fold", "no learning curve"),
    ("solver_losses", (LOSSES,), "at most 0.1 apart with Adam", "all features, from 1.000 to 0.500"),
    (
        "pair",
        (GENE, METABOLITE, BATCH),
        r"a\_b and \<i\>: the correlation is 0.90 over all samples, and -1.00 within",
        "8 samples",
    ),
    ("pair", (GENE * 0, METABOLITE, BATCH), "does not vary", "not defined"),
    (
        "pair",
        (
            GENE - GENE.groupby(BATCH).transform("mean"),
            METABOLITE - METABOLITE.groupby(BATCH).transform("mean"),
            BATCH,
        ),
        "the correlation is -1.00",
        "by batch, all levels around 0.",
    ),
    (
        "pair",
        (GENE, METABOLITE, pd.Series(SAMPLES, SAMPLES, name="id")),
        "the correlation is 0.90.",
        "correlation 0.90",
    ),
    (
        "correlations",
        (HISTOGRAM, 0.9),
        "About 1 pairs lie at |rho| = 0.90 or beyond",
        "from |rho| 0.5, 10 observed and 5.1",
    ),
    ("correlations", (HISTOGRAM, np.nan), "No |rho| is strong enough", "of 100 pairs"),
    ("correlations", (HISTOGRAM.assign(n_pairs=0), np.nan), "No pair could be tested", "Empty"),
    (
        "null",
        (pd.Series([0.1, 0.3]), 0.9, "strongest |rho|"),
        "no permutation reaches it",
        "from 0.10 to 0.30",
    ),
    (
        "null",
        (pd.Series([0.1, 0.3]), 0.2, "strongest |rho|"),
        "50% of the permutations reach it",
        "observed 0.20",
    ),
    ("evaluation", (EVALUATION, "mrr"), "is GCN, with 0.400; Spearman has 0.250", "GCN + known pairs 0.900"),
    (
        "evaluation",
        (EVALUATION[EVALUATION["method"] == "Spearman"], "mrr"),
        "is Spearman, with 0.250.",
        "1 ranking",
    ),
    ("evaluation", (EVALUATION.iloc[:0], "mrr"), "No ranking could be scored", "no rankings"),
    (
        "own_cohort",
        (pd.DataFrame({"model": narrate.COHORT_MODELS, "latents": 2, "value": [0.1, 0.3, 0.1]}),),
        "0.100 for the study alone, 0.300 with the cohort",
        "gene names shuffled 0.100 at 2",
    ),
    (
        "lent",
        (pd.DataFrame({"cohort": "none", "samples": [21, 50], "value": [0.1, 0.2]}), "power"),
        "in one world, power: none from 0.10 to 0.20",
        "none 0.10 at 21 and 0.20 at 50",
    ),
    (
        "lent",
        (
            pd.DataFrame({"cohort": "none", "samples": [21, 21], "value": [0.1, 0.3], "draw": [0, 1]}),
            "power",
            "of cell lines",
        ),
        "of cell lines, power: none from 0.20 to 0.20",
        "none 0.20 at 21",
    ),
    ("own_rankings", (RANKED,), "the ranking by study and cohort finds most again", "cohort alone 0.300"),
    ("network", (PAIRS,), "2 pairs join 1 gene and 2 metabolites; 1 edge is negative", "1 of them negative"),
    ("network", (PAIRS.iloc[:0],), "no pair to draw", "Empty axes"),
    ("latent_correlations", (LATENT_PAIRS, 0.05), "1 square is significant out of 2", "from -0.20 to 0.90"),
    ("latent_correlations", (LATENT_PAIRS, 0.001), "No squares are significant", "2 gene latents"),
    ("latent_correlations", (LATENT_PAIRS.iloc[:0], 0.05), "No latent varies", "Empty axes"),
    (
        "panels",
        ({"a_b": Caption("Found 1.", "Shown 1, with all of its numbers.")},),
        r"**a\_b**: Found 1.",
        "Panel a_b: Shown 1, with",
    ),
    (
        "panels",
        ({"A": Caption("One.", "Dots: a 1, b 2."), "B": Caption("Two.", "Dots: a 1, b 3.")},),
        "**A**: One. **B**: Two.",
        "Dots: Panel A: a 1, b 2. Panel B: a 1, b 3.",
    ),
    (
        "sample_maps",
        ("genes", BATCH, [0.6, 0.3, 0.1], ["PCA", "UMAP"]),
        "hold 60% and 30%",
        "batch: A 4, B 4",
    ),
    ("sample_maps", ("genes", GENE, [], ["PCA"]), "hold nothing", "8 samples"),
    (
        "latent_heatmap",
        ("genes", pd.DataFrame({"a": [1.0, -1], "b": [0.1, -0.1]}), BATCH[:2]),
        "1 latent of 2 holds",
        "2 samples",
    ),
    (
        "latent_heatmap",
        ("genes", pd.DataFrame({"a": [0.0, 0]}), BATCH[:2]),
        "None of the genes latents varies",
        "2 samples",
    ),
    (
        "attacks",
        (ATTACKS,),
        "R² (median), on persons of kind outlier, with an area under the curve of 0.96",
        "R², in 2 forms, from 0.50 to 0.96",
    ),
    ("noise", (NOISE,), "R² from ε = 1", "3 at 0.1, 0.5 at 1"),
    ("noise", (NOISE.assign(error=9.0),), "never below", "9 at 1"),
    ("growth", (GROWTH, "genes"), "`associate`: 1.5 s", "from 0.1 to 1.5"),
    ("growth", (GROWTH, "genes", "peak_mb"), "2,100 MB", "from 10 to 100 genes"),
    ("growth", (GROWTH, "samples"), "No time was measured", "Empty axes"),
    ("spread", (SPREAD, "samples", "method", "power"), "PLS from 0.20 to 0.80", "0.20 at 21, 0.80 at 50"),
    ("strongest", (STRONGEST, 21), "1,024 pairs without any relation has |rho| = 0.72", "0.88 of 1,000,000"),
    ("lists", (LISTS, 2), "25% of a list in the mean, and 1 list holds a false pair", "1 blue squares"),
    ("lists", ({"the rate": LISTS["the rate"].iloc[:0]}, 2), "no lists hold a false pair", "0 orange"),
    ("roles", (ROLES,), "in exactly one fold", "1 train, 0 or 1 tell when to stop and 1 or 2 are held out"),
    ("roles", (ROLES[[1]].iloc[1:],), "holds other samples out", "1 fold"),
    ("span", (np.eye(3), 0.31), "31% of its squared distance", "3 training samples"),
    (
        "six_nodes",
        ({"links": SIX},),
        "In the world of links sharpening sets the true genes apart",
        "where gene 1 is true",
    ),
    (
        "worlds",
        ({"links": pd.DataFrame(np.eye(3))},),
        "1.00 in the world of links, and 0 one place",
        "0 off it",
    ),
    (
        "both_worlds",
        (WORLDS, "precision"),
        "smoothing is best in the world of modules, with 0.80",
        "links: Spearman 0.20",
    ),
    ("world", (Z,), "Beyond 3 standard deviations lies `total` (20.0), but not `links` (-0.5)", "links -0.5"),
    ("world", (Z.tail(1),), "No statistic lies beyond 3", "dashed line at 3"),
    ("world", (Z.iloc[:0],), "given, not asked", "Empty axes"),
    ("replication", (HALVES,), "network 0.350 and Spearman 0.150", "network from 0.300 to 0.400"),
    (
        "contributions",
        (EDGES,),
        r"0.500, is what h\_1 sends to g; the 2 largest of 2 edges hold 100%",
        "h_1 to g 0.500",
    ),
]


@pytest.mark.parametrize(("name", "given", "finding", "shown"), CASES, ids=[case[0] for case in CASES])
def test_caption_says_what_is_found_and_shown(name, given, finding, shown):
    caption = getattr(narrate, f"caption_{name}")(*given)
    assert finding in caption.finding
    assert shown in caption.shown
    assert "nan" not in f"{caption.finding} {caption.shown}".lower()
    assert len(caption.shown) >= 30


def test_every_caption_is_tried():
    named = {
        name for name, _ in inspect.getmembers(narrate, inspect.isfunction) if name.startswith("caption_")
    }
    assert named == {f"caption_{case[0]}" for case in CASES}
