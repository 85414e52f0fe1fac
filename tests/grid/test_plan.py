"""What a grid's file asks for, and what is refused of it."""

from __future__ import annotations

import pytest

from omics_lib.errors import ParameterError
from omics_lib.grid import read_grid

SIMULATED = "studies:\n  - simulate: {samples: [21, 50], genes: 40, metabolites: 8}\n"


def grid(tmp_path, text):
    path = tmp_path / "grid.yml"
    path.write_text(text, encoding="utf-8")
    return read_grid(path)


def test_studies_seeds_and_crossed_parameters_give_a_run_each(tmp_path):
    text = SIMULATED + "seeds: 3\nparameters: {n_folds: 3}\ncross: {alpha: [0.05, 1e-2]}\n"
    runs = grid(tmp_path, text).runs
    assert len(runs) == 2 * 3 * 2 and len({run.name for run in runs}) == len(runs)
    run = runs[-1]
    assert run.name == "modules_samples_50_alpha_0_01_seed_2"
    assert run.settings == {"samples": 50, "alpha": 0.01}
    assert run.simulate == {"n_samples": 50, "n_genes": 40, "n_metabolites": 8}
    assert [run.parameters[name] for name in ("n_folds", "alpha", "random_state")] == [3, 0.01, 2]


def test_runs_that_differ_in_parameters_alone_share_their_study(tmp_path):
    runs = grid(tmp_path, SIMULATED + "cross: {alpha: [0.05, 0.1]}\n").runs
    assert len({run.study_name for run in runs}) == 2


def test_parameters_of_a_study_win_over_those_of_all_and_crossed_ones_over_both(tmp_path):
    text = (
        "studies:\n  - {name: a, path: a, parameters: {alpha: 0.2, n_folds: 4}}\n  - {path: b}\n"
        "parameters: {alpha: 0.1, n_folds: 3}\ncross: {n_folds: [2]}\n"
    )
    first, second = grid(tmp_path, text).runs
    assert [first.parameters[name] for name in ("alpha", "n_folds")] == [0.2, 2]
    assert [second.parameters[name] for name in ("alpha", "n_folds")] == [0.1, 2]
    assert first.path == tmp_path / "a"


def test_text_is_taken_as_it_is_written(tmp_path):
    text = "studies: [{path: s}]\nparameters: {na_values: [NO, 18:1]}\ncross: {groups: [NO, null]}\n"
    runs = grid(tmp_path, text).runs
    assert runs[0].parameters["na_values"] == ["NO", "18:1"]
    assert [run.parameters["groups"] for run in runs] == ["NO", None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seeds: 3", ["'studies' is a required property"]),
        ("studies: []", ["studies", "with `path` or with `simulate`"]),
        ("studies: [{path: a}]\nseed: 3", ["'seed' was unexpected", "Did you mean `seeds`?"]),
        ("studies: [{path: a, simulate: {}}]", ["studies[0]"]),
        ("studies: [{simulate: {sample: 3}}]", ["studies[0].simulate", "Did you mean `samples`?"]),
        ("studies: [{simulate: {samples: many}}]", ["studies[0].simulate.samples", "'many'"]),
        ("studies: [{path: a}]\nparameters: {alhpa: 0.1}", ["unknown parameter `alhpa`", "`alpha`"]),
        ("studies: [{path: a}]\ncross: {alpha: [0.1, 7]}", ["grid.yml, cross", "`alpha` is 7"]),
        ("studies: [{path: a}]\ncross: {alpha: 0.1}", ["cross.alpha", "A list of values"]),
        ("studies: [{path: a}]\nuntil: dawn", ["until", "'dawn'", "autoencoder, associations"]),
        ("studies: [{path: a}, {path: b/a}]", ["two runs called a_seed_0", "`name`"]),
        ("studies: [{path: a}]\ncross: {random_state: [1, 2]}", ["`random_state`", "seeds: [7]"]),
        ("studies: [{path: a, parameters: {random_state: 1}}]", ["`random_state`", "seeds: [7]"]),
        ("", ["None is not of type 'object'"]),
        ("studies: [{path: a}", ["not readable as YAML"]),
    ],
)
def test_unusable_file_is_refused_with_place_and_remedy(text, words, tmp_path):
    with pytest.raises(ParameterError) as refused:
        grid(tmp_path, text)
    assert "grid.yml" in str(refused.value)
    assert all(word in str(refused.value) for word in words), refused.value


def test_too_many_runs_are_refused_with_their_number(tmp_path):
    with pytest.raises(ParameterError) as refused:
        grid(tmp_path, SIMULATED + "seeds: 300\ncross: {alpha: [0.1, 0.2]}\n")
    assert "1,200 runs (2 studies × 300 seeds × 2 values of alpha)" in str(refused.value)


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="cannot be read"):
        read_grid(tmp_path / "none.yml")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("seeds: 1000000000000000000000\n", "seeds"),
        ("seeds: [99999999999999999999999]\n", "seeds"),
        ("parameters: {n_permutations: 1000000000000000000000}\n", "at most 1000000"),
        ("cross: {n_folds: [1000000000000000000000]}\n", "at most 1000"),
        ("parameters: &a {b: *a}\n", "an alias"),
        ("title: [" + "[" * 100_000, "more than 10 deep"),
        ("# " + "x" * 1_000_000, "larger than 1 MB"),
    ],
)
def test_hostile_grid_ends_in_one_short_error(more, words, tmp_path):
    with pytest.raises(ParameterError) as refused:
        grid(tmp_path, SIMULATED + more)
    assert words in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_lists_that_multiply_are_counted_before_they_are_crossed(tmp_path):
    sizes = list(range(1, 1001))
    lists = "".join(f", {name}: {sizes}" for name in ("samples", "genes", "metabolites"))
    with pytest.raises(ParameterError, match="1,000,000,000 runs"):
        grid(tmp_path, "studies: [{simulate: {design: modules" + lists + "}}]\n")


def test_everything_that_is_wrong_in_a_grid_is_named(tmp_path):
    with pytest.raises(ParameterError) as refused:
        grid(tmp_path, SIMULATED + "seeds: -1\nuntil: never\n")
    assert [error.file.rpartition(" ")[2] for error in refused.value.violations] == ["seeds", "until"]
    with pytest.raises(ParameterError) as refused:
        grid(tmp_path, SIMULATED + "parameters: {alpha: 2, n_folds: 1, n_latent: 4}\n")
    assert len(refused.value.violations) == 2
