from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.neighbors import NearestNeighbors

import omics_lib as ol
from omics_lib import simulate_study
from omics_lib.errors import ParameterError
from omics_lib.study._planted import DESIGNS


def log_tables(study):
    genes, metabolites = (study[name].to_df() for name in ("transcriptomics", "metabolomics"))
    return np.log2(genes + 1), np.log2(metabolites)


def median_rho(study, pairs):
    genes, metabolites = log_tables(study)
    return np.median(
        [
            abs(stats.spearmanr(genes[pair.gene_id], metabolites[pair.metabolite_id]).statistic)
            for pair in pairs.itertuples()
        ]
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_study_has_counts_abundances_and_samples(design):
    study = simulate_study(15, 30, 9, design=design, random_state=0)
    genes, metabolites = study["transcriptomics"], study["metabolomics"]
    assert (genes.shape, metabolites.shape) == ((15, 30), (15, 9))
    assert (genes.X >= 0).all()
    assert (np.round(genes.X) == genes.X).all()
    assert (metabolites.X > 0).all() or design in ("tissues", "course")  # have gaps
    assert set(study.obs.columns) >= {"stage" if design == "course" else "group", "batch"}
    for data in (genes, metabolites):
        assert list(data.obs_names) == list(study.obs_names) == [f"S{i:03d}" for i in range(1, 16)]
        assert data.var_names.is_unique
    if "known_pairs" in study.uns:
        pairs = study.uns["known_pairs"]
        assert set(pairs["gene_id"]) <= set(genes.var_names)
        assert set(pairs["metabolite_id"]) <= set(metabolites.var_names)
        assert not pairs.duplicated(["gene_id", "metabolite_id"]).any()


@pytest.mark.parametrize("design", DESIGNS)
def test_same_seed_gives_the_same_bytes(design):
    one, same, other = (simulate_study(12, 20, 6, design=design, random_state=seed) for seed in (3, 3, 4))
    for name in ("transcriptomics", "metabolomics"):
        assert one[name].X.tobytes() == same[name].X.tobytes() != other[name].X.tobytes()
    assert one.obs.equals(same.obs)


def test_only_designs_with_a_truth_have_known_pairs():
    with_truth = {d for d in DESIGNS if "known_pairs" in simulate_study(12, 20, 6, d, random_state=0).uns}
    assert with_truth == {"modules", "links", "nonlinear", "tissues", "course"}


def test_known_pairs_of_modules_share_a_module():
    study = simulate_study(12, 60, 20, n_modules=3, random_state=0)
    genes, metabolites = (study[name].var["module"] for name in ("transcriptomics", "metabolomics"))
    pairs = study.uns["known_pairs"]
    module = genes[pairs["gene_id"]].to_numpy()
    assert (module == metabolites[pairs["metabolite_id"]].to_numpy()).all()
    assert (module >= 0).all()
    sizes = [(genes == k).sum() * (metabolites == k).sum() for k in range(3)]
    assert len(pairs) == sum(sizes)
    assert ((genes == -1).sum(), (metabolites == -1).sum()) == (30, 10)


def test_planted_modules_correlate_and_others_do_not():
    study = simulate_study(200, 40, 12, n_modules=4, random_state=0)
    pairs = study.uns["known_pairs"]
    assert median_rho(study, pairs) > 0.35
    unrelated = pairs.assign(gene_id=pairs["gene_id"].sample(frac=1, random_state=1).to_numpy())
    assert median_rho(study, unrelated) < median_rho(study, pairs)


def test_planted_links_correlate_and_nonlinear_ones_hide_from_a_correlation():
    links = simulate_study(300, 30, 12, design="links", random_state=0)
    hidden = simulate_study(300, 30, 12, design="nonlinear", random_state=0)
    assert len(links.uns["known_pairs"]) == len(hidden.uns["known_pairs"]) == 6
    assert links.uns["known_pairs"]["metabolite_id"].is_unique
    assert median_rho(links, links.uns["known_pairs"]) > 0.6
    assert median_rho(hidden, hidden.uns["known_pairs"]) < 0.35
    genes, metabolites = log_tables(hidden)
    distance = (genes - genes.mean()).abs()
    found = [
        abs(stats.spearmanr(distance[pair.gene_id], metabolites[pair.metabolite_id]).statistic)
        for pair in hidden.uns["known_pairs"].itertuples()
    ]
    assert np.median(found) > 0.5


def test_batch_alone_ties_the_tables_of_the_confounded_design():
    study = simulate_study(200, 30, 10, design="confounded", random_state=0)
    genes, metabolites = log_tables(study)
    batch = study.obs["batch"]
    joint = stats.spearmanr(genes, metabolites).statistic[:30, 30:]
    left, right = (t - t.groupby(batch).transform("mean") for t in (genes, metabolites))
    within = stats.spearmanr(left, right).statistic[:30, 30:]
    assert np.abs(joint).mean() > 2 * np.abs(within).mean()
    assert np.abs(within).mean() < 0.09


def test_groups_are_even_and_named():
    study = simulate_study(21, 20, 6, random_state=0)
    assert study.obs["group"].value_counts().to_dict() == {"control": 7, "low": 7, "high": 7}
    assert study.obs["batch"].value_counts().max() == 11


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"design": "magic"}, "must be one of modules, links, nonlinear, confounded, null, tissues, course"),
        ({"n_samples": 3}, "n_samples: found 3; it must be at least 4"),
        ({"n_genes": 1}, "n_genes: found 1"),
        ({"n_metabolites": 0}, "n_metabolites: found 0"),
        ({"n_modules": 0}, "n_modules: found 0; it must be at least 1"),
        ({"strength": 1.5}, "must lie between 0 and 1"),
        ({"strength": float("nan")}, "must lie between 0 and 1"),
    ],
)
def test_impossible_studies_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        simulate_study(**options)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("strength", [0, 1])
def test_smallest_study_is_finite(design, strength):
    study = simulate_study(4, 4, 2, design, strength=strength, n_modules=1, random_state=0)
    assert np.isfinite(study["transcriptomics"].X).all()
    assert not np.isinf(study["metabolomics"].X).any()
    assert np.isfinite(study["metabolomics"].X).mean(axis=0).min() > 0.5  # gaps of `tissues` and `course`


def test_dependent_pairs_follow_from_the_design():
    study = ol.simulate_study(20, 60, 12, design="modules", random_state=0)
    truth = ol.dependent_pairs(study)
    planted = study.uns["known_pairs"]
    assert truth.to_numpy().sum() == len(planted)
    assert all(truth.loc[g, m] for g, m in planted[["gene_id", "metabolite_id"]].to_numpy())
    assert not ol.dependent_pairs(ol.simulate_study(20, 60, 12, design="null", random_state=0)).any(axis=None)
    confounded = ol.simulate_study(20, 60, 12, design="confounded", random_state=0)
    assert ol.dependent_pairs(confounded).all(axis=None)
    assert not ol.dependent_pairs(confounded, ["batch"]).any(axis=None)


@pytest.mark.parametrize("design", ["links", "nonlinear"])
def test_dependent_pairs_are_the_only_ones_that_correlate_in_a_large_study(design):
    """With many samples whatever is independent has a small correlation, of values and of their spread."""
    study = ol.simulate_study(3000, 40, 12, design=design, random_state=1)
    truth = ol.dependent_pairs(study).to_numpy()
    assert 0.3 < truth.mean() < 1
    logs = [np.log1p(study[name].X) for name in ("transcriptomics", "metabolomics")]
    genes, metabolites = ((x - x.mean(axis=0)) / x.std(axis=0) for x in logs)
    rho = np.abs(genes.T @ metabolites) / 3000
    squares = np.abs((genes**2 - 1).T @ metabolites) / 3000 / (genes**2).std(axis=0)[:, None]
    assert max(rho[~truth].max(), squares[~truth].max()) < 0.1
    planted = study.uns["known_pairs"]
    places = (
        study["transcriptomics"].var_names.get_indexer(planted["gene_id"]),
        study["metabolomics"].var_names.get_indexer(planted["metabolite_id"]),
    )
    assert truth[places].all()
    assert np.median((rho if design == "links" else squares)[places]) > 0.4


def test_truth_survives_writing_and_is_asked_of_simulated_studies_only(tmp_path):
    study = ol.simulate_study(20, 60, 12, design="links", random_state=0)
    ol.write_study(study, tmp_path / "s.h5mu")
    assert ol.dependent_pairs(ol.read_stage(tmp_path / "s.h5mu")).equals(ol.dependent_pairs(study))
    del study["metabolomics"].varm["factors"]
    with pytest.raises(ol.StudyError, match="it must be a simulated study"):
        ol.dependent_pairs(study)


def test_study_folder_holds_both_truths_and_is_read_without_them(tmp_path):
    study = ol.simulate_study(20, 60, 12, design="links", random_state=0)
    folder = ol.write_study_folder(study, tmp_path / "study")
    planted = json.loads((folder / "planted_factors.json").read_text())
    on = study["metabolomics"].varm["factors"]
    assert planted["metabolomics"] == {name: on.index[on[name]].tolist() for name in on}
    assert json.loads((folder / "planted_design.json").read_text()) == study.uns["design"]
    features = pd.read_csv(folder / "planted_transcriptomics.csv", index_col="feature_id")
    pd.testing.assert_frame_equal(features, study["transcriptomics"].var, check_names=False)
    assert list(ol.read_study(folder).mod) == ["transcriptomics", "metabolomics"]


def test_dependent_pairs_of_a_filtered_study_and_of_a_factor_that_is_not_there():
    study = ol.simulate_study(20, 60, 12, design="links", random_state=0)
    parents = study.uns["known_pairs"]["gene_id"]
    kept = study["transcriptomics"][:, ~study["transcriptomics"].var_names.isin(parents)].copy()
    whole = ol.dependent_pairs(study).loc[kept.var_names]
    study.mod["transcriptomics"] = kept
    assert ol.dependent_pairs(study).equals(whole)
    with pytest.raises(ParameterError, match="the factors are factor_1, factor_2"):
        ol.dependent_pairs(study, "batch")


@pytest.mark.parametrize("design", DESIGNS)
def test_simulated_folder_is_read_without_a_word(tmp_path, design):
    study = ol.simulate_study(12, 20, 6, design, random_state=0)
    read = ol.read_study(ol.write_study_folder(study, tmp_path / "study"))
    said = [
        note
        for note in read.uns["notes"]
        if "filled in preprocessing" not in note and "gene sets with" not in note
    ]
    assert said == []


@pytest.fixture(scope="module")
def tissues():
    return ol.simulate_study(160, 1200, 200, "tissues", n_modules=4, random_state=0)


def test_counts_of_tissues_are_as_of_rna_sequencing(tissues):
    X = tissues["transcriptomics"].X
    sizes = X.sum(axis=1)
    assert sizes.max() > 2 * sizes.min()
    assert 0.2 < (X == 0).mean() < 0.6
    assert (np.ptp(X, axis=0) > 0).all()
    scaled = X / (sizes / sizes.mean())[:, None]
    mean = scaled.mean(axis=0)
    dispersion = (scaled.var(axis=0) - mean) / mean**2
    low, high = (np.median(dispersion[(mean > a) & (mean < b)]) for a, b in ((0.5, 2), (50, np.inf)))
    assert low > 1.5 * high > 0.1  # overdispersed everywhere, the low ones more


def test_abundances_of_tissues_are_skewed_and_missing_where_they_are_low(tissues):
    table = tissues["metabolomics"].to_df()
    missing = table.isna()
    assert 0.05 < missing.to_numpy().mean() < 0.2
    assert missing.mean().max() <= 0.4
    assert (table.skew() > 0.5).mean() > 0.9
    assert stats.spearmanr(table.median(), missing.mean()).statistic < -0.5
    clean = ol.simulate_study(160, 1200, 200, "tissues", n_modules=4, random_state=0)["transcriptomics"]
    partner = tissues.uns["known_pairs"].query("source == 'link'")
    genes = np.log2(clean.to_df()[partner["gene_id"]].to_numpy() + 1)
    gaps = missing[partner["metabolite_id"]].to_numpy()
    z = (genes - genes.mean(axis=0)) / genes.std(axis=0)
    assert z[gaps].mean() < -0.2  # the metabolite follows its gene, so it is lost where the gene is low


def test_known_pairs_of_tissues_are_all_links_and_some_of_the_modules(tissues):
    pairs = tissues.uns["known_pairs"]
    genes, metabolites = (tissues[name].var["module"] for name in ("transcriptomics", "metabolomics"))
    assert pairs["source"].value_counts().to_dict() == {"module": 100, "link": 50}
    assert not pairs.duplicated(["gene_id", "metabolite_id"]).any()
    of_modules = pairs[pairs["source"] == "module"]
    left, right = genes[of_modules["gene_id"]].to_numpy(), metabolites[of_modules["metabolite_id"]].to_numpy()
    assert ((left == right) & (left >= 0)).all()
    assert set(left) == {0, 1, 2, 3}
    links = pairs[pairs["source"] == "link"]
    assert (genes[links["gene_id"]] == -1).all() and (metabolites[links["metabolite_id"]] == -1).all()


def test_tissue_alone_ties_the_pairs_of_tissues_that_are_not_planted(tissues):
    tissue = tissues.obs["tissue"]
    genes, metabolites = log_tables(tissues)
    genes = np.log2(2**genes / genes.mean(axis=1).to_numpy()[:, None])  # of one depth
    metabolites = metabolites.fillna(metabolites.mean())
    everything, within = ol.dependent_pairs(tissues), ol.dependent_pairs(tissues, "tissue")
    only_tissue = (everything & ~within).to_numpy()
    assert 0.15 < only_tissue.mean() < 0.35
    left, right = (t - t.groupby(tissue).transform("mean") for t in (genes, metabolites))
    joint, inside = (
        np.abs(np.corrcoef(a, b, rowvar=False)[:1200, 1200:])
        for a, b in ((genes, metabolites), (left, right))
    )
    assert joint[only_tissue].mean() > 1.5 * inside[only_tissue].mean()
    pairs = tissues.uns["known_pairs"].query("source == 'link'")
    at = genes.columns.get_indexer(pairs["gene_id"]), metabolites.columns.get_indexer(pairs["metabolite_id"])
    assert np.median(inside[at]) > 0.4
    assert inside[~within.to_numpy()].mean() < 0.12


def test_shifts_by_tissue_are_those_of_the_features_that_depend_on_it(tissues):
    genes = tissues["transcriptomics"]
    shifted = (genes.var.filter(like="shift_") != 0).all(axis=1)
    assert (shifted == genes.varm["factors"]["tissue"]).all()
    metabolites = tissues["metabolomics"]
    own = (metabolites.var.filter(like="shift_") != 0).all(axis=1)
    linked = metabolites.varm["factors"]["tissue"] & ~own  # by the gene that they follow
    assert set(linked[linked].index) <= set(
        tissues.uns["known_pairs"].query("source == 'link'").metabolite_id
    )
    assert linked.any()


@pytest.fixture(scope="module")
def course():
    return ol.simulate_study(300, 200, 60, "course", n_modules=2, random_state=0)


def test_course_bends_and_leaves_the_batch_alone(course):
    """Neighbours on the course are of one stage, and no straight line follows it."""
    on = course["transcriptomics"].varm["factors"]["course"].to_numpy()
    z = stats.zscore(log_tables(course)[0].loc[:, on].to_numpy())
    shares = np.linalg.svd(z, compute_uv=False) ** 2 / z.size
    assert shares[0] < 0.25 and shares[:3].sum() < 0.5
    nearest = NearestNeighbors(n_neighbors=2).fit(z).kneighbors(z)[1][:, 1]
    stage, batch = course.obs["stage"].to_numpy(), course.obs["batch"].to_numpy()
    assert (stage[nearest] == stage).mean() > 0.9
    assert (batch[nearest] == batch).mean() < 0.6
    assert course.obs["stage"].value_counts().to_dict() == {"early": 100, "middle": 100, "late": 100}


def test_known_pairs_of_the_course_are_all_links_and_some_of_the_modules(course):
    pairs = course.uns["known_pairs"]
    assert pairs["source"].value_counts().to_dict() == {"module": 12, "link": 6}
    of_gene, of_metabolite = (course[name].var["module"] for name in ("transcriptomics", "metabolomics"))
    in_module = pairs.query("source == 'module'")
    assert (of_gene[in_module.gene_id].to_numpy() == of_metabolite[in_module.metabolite_id].to_numpy()).all()
    links = pairs.query("source == 'link'")
    assert not course["metabolomics"].varm["factors"].loc[links.metabolite_id].any(axis=None)
    assert median_rho_where_measured(course, links) > 0.6


def median_rho_where_measured(study, pairs):
    genes, metabolites = log_tables(study)
    both = [(genes[pair.gene_id], metabolites[pair.metabolite_id]) for pair in pairs.itertuples()]
    return np.median([abs(left.corr(right, method="spearman")) for left, right in both])


def test_tables_of_the_course_depend_through_it_and_the_modules_alone(course):
    genes, metabolites = log_tables(course)
    truth = ol.dependent_pairs(course).to_numpy()
    rho = pd.concat([genes, metabolites], axis=1).corr(method="spearman").to_numpy()[:200, 200:]
    assert np.abs(rho[~truth]).mean() < 0.06 < 0.15 < np.abs(rho[truth]).mean()
