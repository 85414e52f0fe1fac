"""What came out of a run, held against what was planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib.grid._gather import measure_run
from omics_lib.grid._studies import _simulated
from omics_lib.grid._truth import Truth, read_truth


@pytest.fixture
def run(tmp_path):
    """A run folder with results that one can count by hand."""
    for modality in ol.MODALITIES:
        (tmp_path / modality).mkdir()
        scores = {"fold": [1, 2], "model": "PCA", "r2": [0.1, 0.3], "n_train": 8, "n_test": 4}
        pd.DataFrame(scores).to_csv(tmp_path / modality / "cross_validation.csv", index=False)
    pairs = [("a", "m", "direct"), ("a", "n", "direct"), ("b", "n", "direct"), ("c", "n", "latent")]
    table = pd.DataFrame(pairs, columns=["gene", "metabolite", "source"])
    table.to_parquet(tmp_path / "associations.parquet")
    rows = [
        ("PLS", "known_pairs", "mrr", 0.5),
        ("PLS", "known_pairs", "mrr_p", 0.1),
        ("PLS", "other_half", "mrr", 1),
    ]
    evaluation = pd.DataFrame(rows, columns=["method", "truth", "metric", "value"]).assign(knowledge="tables")
    evaluation.to_csv(tmp_path / "evaluation.csv", index=False)
    return tmp_path


def truth(kinds=("link", "link", "module")):
    """a–m, c–m and b–n are planted; besides, a and n follow the batch."""
    planted = pd.MultiIndex.from_tuples([("a", "m"), ("c", "m"), ("b", "n")])
    factors = pd.DataFrame({"batch": [True]}, index=["a"]), pd.DataFrame({"batch": [True]}, index=["n"])
    return Truth(planted, pd.Series(kinds), factors)


def values(found, table):
    rows = found[found["table"] == table]
    return dict(zip(rows["method"] + " " + rows["metric"], rows["value"], strict=True))


def test_pairs_found_are_counted_against_what_is_planted(run):
    found = values(measure_run(run, truth(), []), "associations")
    assert found["direct n"] == 3 and found["latent n"] == 1
    assert found["direct power"] == pytest.approx(2 / 3)
    assert found["direct power_link"] == 0.5 and found["direct power_module"] == 1
    assert found["direct false_discovery_proportion"] == 0


def test_pair_that_follows_a_covariate_alone_is_a_false_one(run):
    found = values(measure_run(run, truth(), ["batch"]), "associations")
    assert found["direct false_discovery_proportion"] == pytest.approx(1 / 3)


def test_one_kind_of_planted_pairs_has_one_power(run):
    found = values(measure_run(run, truth(["simulated"] * 3), []), "associations")
    assert "direct power" in found and not any("power_" in name for name in found)


def test_run_of_a_real_study_has_no_power(run):
    assert set(values(measure_run(run, None, []), "associations")) == {"direct n", "latent n"}


def test_nothing_found_is_nothing_false(run):
    empty = pd.read_parquet(run / "associations.parquet").head(0)
    empty.to_parquet(run / "associations.parquet")
    found = values(measure_run(run, truth(), []), "associations")
    assert found["direct power"] == 0 and found["direct false_discovery_proportion"] == 0


def test_metrics_against_known_pairs_and_means_over_folds_are_kept(run):
    found = measure_run(run, None, [])
    assert values(found, "evaluation") == {"PLS mrr": 0.5}
    assert values(found, "metabolomics/cross_validation") == {"PCA r2": pytest.approx(0.2)}


def test_run_that_stops_early_has_what_it_has(run):
    for name in ("evaluation.csv", "associations.parquet"):
        (run / name).unlink()
    assert set(measure_run(run, None, [])["metric"]) == {"r2"}


@pytest.mark.parametrize("design", ["modules", "links", "confounded", "null", "tissues", "course"])
@pytest.mark.parametrize("given", [[], ["batch", "tissue"]])
def test_truth_beside_a_study_is_the_one_it_was_simulated_with(design, given, tmp_path):
    study = ol.simulate_study(12, 40, 10, design, n_modules=2, random_state=0)
    read = read_truth(ol.write_study_folder(study, tmp_path / "s"))
    factors = study["transcriptomics"].varm["factors"]
    expected = ol.dependent_pairs(study, [name for name in given if name in factors])
    stacked = expected.stack()
    pairs = stacked.index.to_frame(index=False).set_axis(["gene", "metabolite"], axis=1)
    np.testing.assert_array_equal(read.dependent(pairs, given), stacked.to_numpy())
    assert len(read.planted) == len(study.uns.get("known_pairs", []))


def test_study_without_planted_factors_has_no_truth(study_folder):
    assert read_truth(study_folder()) is None


def test_all_true_pairs_are_known_where_that_is_asked_for():
    told = {"n_samples": 12, "n_genes": 60, "n_metabolites": 20, "design": "tissues", "n_modules": 2}
    listed, every = (_simulated(told | {"known_pairs": known}, 0) for known in ("listed", "all"))
    expected = ol.dependent_pairs(listed, ["tissue"]).stack()
    pairs = every.uns["known_pairs"]
    assert set(pairs[["gene_id", "metabolite_id"]].itertuples(index=False, name=None)) == set(
        expected[expected].index
    )
    links = [study.uns["known_pairs"].query("source == 'link'") for study in (listed, every)]
    assert len(links[0]) == len(links[1]) == 5 and len(pairs) > len(listed.uns["known_pairs"])
    np.testing.assert_array_equal(listed["metabolomics"].X, every["metabolomics"].X)


def test_study_of_nothing_has_no_pair_to_know():
    study = _simulated(
        {"n_samples": 12, "n_genes": 20, "n_metabolites": 6, "design": "null", "known_pairs": "all"}, 0
    )
    assert "known_pairs" not in study.uns
