from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_array

from omics_lib.pairs import FrameScores
from omics_lib.refinement import _known_readout
from omics_lib.refinement._known_readout import (
    Material,
    families,
    learn_from_known,
    metabolite_folds,
)


def marked(shape, *pairs):
    listed = np.zeros(shape, dtype=bool)
    for gene, metabolite in pairs:
        listed[gene, metabolite] = True
    return listed


def material(n_genes=40, n_metabolites=16, n_with_pairs=12, seed=0):
    """Scores and known pairs: metabolite j is known with genes 2j and 2j + 1."""
    scores = np.random.default_rng(seed).uniform(size=(n_genes, n_metabolites))
    known = marked(scores.shape, *((2 * j + k, j) for j in range(n_with_pairs) for k in (0, 1)))
    return scores, known


def learn(scores, evidence, listed=None, seed=0, **options):
    """Learn from tables; return a table, or None where nothing can be learnt."""
    names = tuple(pd.RangeIndex(n) for n in evidence.shape)
    streamed = None if scores is None else FrameScores(pd.DataFrame(scores))
    listed = evidence if listed is None else listed
    options = {"least_overlap": 1.0, "n_folds": 4, "rng": np.random.default_rng(seed)} | options
    found = learn_from_known(names, streamed, evidence, listed, **options)
    return None if found is None else np.asarray(found)


def learnt(evidence, listed=None, seed=0, least_overlap=1.0, **material_options):
    scores, _ = material(**material_options)
    return learn(scores, evidence, listed, seed, least_overlap=least_overlap)


def prior(scores, evidence, listed, family):
    return Material(FrameScores(pd.DataFrame(scores)), csc_array(evidence), csc_array(listed), family)


# Families and folds


def test_families_share_their_genes():
    # Metabolites 0 and 1 share all genes, 2 half of theirs, 3 and 4 have none.
    listed = marked((6, 5), (0, 0), (1, 0), (0, 1), (1, 1), (1, 2))
    for least, expected in ((1.0, [0, 0, 1, 2, 3]), (0.5, [0, 0, 0, 1, 2]), (0.51, [0, 0, 1, 2, 3])):
        assert families(listed, least).tolist() == expected


def test_kin_of_kin_are_one_family():
    listed = marked((4, 3), (0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2))
    assert families(listed, 1 / 3).tolist() == [0, 0, 0]
    assert families(listed, 0.34).tolist() == [0, 1, 2]


@pytest.mark.parametrize("seed", range(3))
def test_folds_deal_families_evenly_and_keep_them_together(seed):
    family = np.array([0, 1, 0, 2, 3, 4, 5, 6, 5, 7, 8])
    with_pairs = family != 8
    fold = metabolite_folds(family, with_pairs, 3, np.random.default_rng(seed))
    assert fold[~with_pairs].tolist() == [3]
    sizes = [len(np.unique(family[fold == part])) for part in range(3)]
    assert max(sizes) - min(sizes) <= 1
    for label in np.unique(family):
        assert len(np.unique(fold[family == label])) == 1


def test_more_folds_than_families_leave_some_empty():
    fold = metabolite_folds(np.arange(3), np.ones(3, dtype=bool), 9, np.random.default_rng(0))
    assert len(np.unique(fold)) == 3


# Features


def test_features_of_a_pair_by_hand():
    scores = np.full((4, 3), 0.5)
    evidence = marked((4, 3), (0, 0), (1, 1), (2, 1), (2, 2))
    known = prior(scores, evidence, evidence, np.arange(3))
    # Gene 0 is known with metabolite 0 alone: not seen.
    found = known.features(0, np.ones(3, dtype=bool), np.arange(4))
    np.testing.assert_allclose(found, np.column_stack([[np.log(0.501)] * 4, [0, 1, 1, 0]]))
    assert not known.features(0, np.zeros(3, dtype=bool), np.arange(4))[:, 1].any()


def test_features_ignore_the_family_of_a_metabolite():
    scores, known = material()
    family = np.arange(16)
    family[5] = family[0]
    everything = np.ones(16, dtype=bool)
    one = prior(scores, known, known, family).features(0, everything, np.arange(len(known)))
    fewer = known.copy()
    fewer[:, [0, 5]] = False
    other = prior(scores, fewer, fewer, family).features(0, everything, np.arange(len(known)))
    np.testing.assert_array_equal(one, other)


# Leakage


@pytest.mark.parametrize("least_overlap", [1.0, 0.5])
@pytest.mark.parametrize("change", ["moved", "fewer", "more"])
@pytest.mark.parametrize("metabolite", [0, 7, 11])
def test_known_pairs_of_a_metabolite_never_change_its_own_scores(metabolite, change, least_overlap):
    """Whichever and however many they are, so long as it has some and stays nobody's twin: the folds stay."""
    known = material()[1]
    changed = known.copy()
    changed[:, metabolite] = False
    genes = {"moved": [24, 25], "fewer": [2 * metabolite], "more": [2 * metabolite, 30, 31, 32, 33]}[change]
    changed[genes, metabolite] = True
    one, other = learnt(known, least_overlap=least_overlap), learnt(changed, least_overlap=least_overlap)
    assert one[:, metabolite].tobytes() == other[:, metabolite].tobytes()
    assert not np.allclose(one, other)  # others do learn from it


def test_pairs_that_are_no_evidence_never_change_the_scores_of_their_metabolite():
    known = material()[1]
    listed, other = known.copy(), known.copy()
    listed[[30, 31], 3], other[[32, 33, 34], 3] = True, True
    one, changed = learnt(known, listed), learnt(known, other)
    assert one[:, 3].tobytes() == changed[:, 3].tobytes()
    assert not np.allclose(one, changed)


@pytest.mark.parametrize(("least_overlap", "extra"), [(1.0, []), (0.5, [38])])
def test_known_pairs_of_kin_never_change_a_metabolites_scores(least_overlap, extra):
    """Twins, or kin that share half of their genes, move to other genes together."""
    known = material()[1]
    known[:, 4] = False
    known[[0, 1, *extra], 4] = True
    moved = known.copy()
    moved[:, [0, 4]] = False
    moved[[34, 35], 0] = True
    moved[[34, 35, *extra], 4] = True
    one, other = learnt(known, least_overlap=least_overlap), learnt(moved, least_overlap=least_overlap)
    for metabolite in (0, 4):
        assert one[:, metabolite].tobytes() == other[:, metabolite].tobytes()
    assert not np.allclose(one, other)


def test_metabolites_of_the_same_fold_are_not_learnt_from(monkeypatch):
    known = material()[1]
    seen = []
    examples = Material.examples

    def watched(self, allowed, seeds):
        found = list(examples(self, allowed, seeds))
        seen.append((len(found), set(np.flatnonzero(allowed).tolist())))
        return found

    monkeypatch.setattr(Material, "examples", watched)
    learnt(known)
    *parts, whole = seen
    assert len(parts) == 4
    assert whole == (12, set(range(16)))  # for metabolites without any known pair
    for n_teachers, allowed in parts:
        assert n_teachers == len(allowed & set(range(12))) == 9
    held_out = [set(range(12)) - allowed for _, allowed in parts]
    assert set.union(*held_out) == set(range(12))


def test_known_pairs_change_the_scores_of_metabolites_without_any():
    known = material()[1]
    changed = known.copy()
    changed[:, 0] = False
    changed[[34, 35], 0] = True
    one, other = learnt(known), learnt(changed)
    assert not np.array_equal(one[:, 12:], other[:, 12:])


# What is learnt


def test_examples_leave_out_pairs_that_are_listed_but_no_evidence(monkeypatch):
    scores, evidence = material()
    listed = evidence.copy()
    listed[20:39, 3] = True  # beside its own two genes
    known, teacher = prior(scores, evidence, listed, np.arange(16)), np.arange(16) == 3
    for most, n_drawn in ((1000, 19), (5, 5)):
        monkeypatch.setattr(_known_readout, "_N_NEGATIVES", most)
        [(X, y, weight)] = known.examples(teacher, np.arange(16))
        assert len(X) == len(y) == 2 + n_drawn
        assert y.tolist() == [True] * 2 + [False] * n_drawn
        assert weight.tolist() == [1] * 2 + [19 / n_drawn] * n_drawn
        assert not np.isin(np.exp(X[2:, 0]) - 1e-3, scores[listed[:, 3], 3]).any()


def test_same_seed_gives_the_same_bytes():
    known = material()[1]
    one, again, other = (learnt(known, seed=seed) for seed in (0, 0, 1))
    assert one.tobytes() == again.tobytes() != other.tobytes()


def test_scores_are_probabilities():
    found = learnt(material()[1])
    assert ((found > 0) & (found < 1)).all()


def test_few_negatives_stand_for_all(monkeypatch):
    """Weights make up for the genes that were not drawn: the mean probability stays."""
    known = material(n_genes=400)[1]
    everything = learnt(known, n_genes=400)
    monkeypatch.setattr(_known_readout, "_N_NEGATIVES", 100)
    drawn = learnt(known, n_genes=400)
    assert drawn.mean() == pytest.approx(everything.mean(), rel=0.5)
    assert everything.mean() == pytest.approx(2 / 400, rel=0.5)


@pytest.mark.parametrize("n_metabolites_known", [1, 2])
def test_folds_without_teachers_give_nothing(n_metabolites_known):
    """Twins alone have nobody to learn from; probabilities and scores are not mixed in one table."""
    evidence = marked((40, 16), *((gene, j) for gene in (0, 1) for j in range(n_metabolites_known)))
    assert learnt(evidence) is None


def test_scores_that_tell_known_pairs_are_used():
    scores, known = material()
    scores[known] += 1
    found = learn(scores, known)
    assert (found[known][:, None] > found[:, 12:][~known[:, 12:]]).mean() > 0.95


def test_genes_that_act_on_other_metabolites_rise():
    scores, known = material(n_with_pairs=0)
    for j in range(16):
        known[[j // 4, 8 + j], j] = True  # four genes act on four metabolites each, sixteen on one
    found = learn(np.full_like(scores, 0.5), known, n_folds=8)
    assert all(found[j // 4, j] > found[30, j] for j in range(16))


@pytest.mark.filterwarnings("error")
def test_no_score_leaves_the_known_pairs_alone():
    found = learn(None, material()[1])
    assert all(len(np.unique(column)) <= 2 for column in found.T)


def test_kin_are_held_out_together():
    listed = marked((6, 3), (0, 0), (1, 1), (2, 2))
    assert families(listed, 1.0, np.array([[0], [2]])).tolist() == [0, 1, 0]
    fold = metabolite_folds(np.array([0, 1, 0]), np.array([True, True, False]), 2, np.random.default_rng(0))
    assert fold[0] == fold[2] != fold[1]
