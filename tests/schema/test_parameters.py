from __future__ import annotations

import json
import re
import time

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from omics_lib._files import project_file
from omics_lib.errors import ParameterError, RunError, StudyError
from omics_lib.schema import branches, default_parameters, read_parameters, validate_table


def params(tmp_path, text):
    path = tmp_path / "mine.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_project_file_lies_in_the_checkout():
    assert project_file("data_schema").is_dir()
    with pytest.raises(FileNotFoundError, match=r"nothing\.here"):
        project_file("nothing.here")


def test_default_parameters_fit_their_own_schema():
    schema = json.loads(project_file("data_schema/parameters.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(default_parameters(), schema)


def test_default_parameters_are_fresh_each_time():
    default_parameters()["covariates"].append("x")
    assert default_parameters()["covariates"] == []


def test_read_parameters_fills_in_defaults(tmp_path):
    found = read_parameters(params(tmp_path, "alpha: 0.01\n"))
    assert found == default_parameters() | {"alpha": 0.01}
    assert read_parameters(params(tmp_path, "# nothing\n")) == default_parameters()


def test_read_parameters_lets_override_win(tmp_path):
    found = read_parameters(
        params(tmp_path, "alpha: 0.01\ngroups: batch\n"), ["alpha=0.2", "groups=", "alpha=0.1"]
    )
    assert (found["alpha"], found["groups"]) == (0.1, None)


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("alpha=1e-2", 0.01),
        ("alpha=1.5E-1", 0.15),
        ("n_permutations=1e3", 1000),
        ("n_permutations=auto", "auto"),
        ("n_latent=64.0", 64),
        ("hidden=[1e2, 30]", [100, 30]),
        ("covariates=[a, b]", ["a", "b"]),
        ("proteomics_kind=log", "log"),
        ("title=1e-2", "1e-2"),
        ("title=a=b", "a=b"),
    ],
)
def test_read_parameters_takes_yaml_values(override, value):
    found = read_parameters(None, [override])[override.split("=")[0]]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("alhpa=0.1", ["unknown parameter `alhpa`", "`alpha`?", "omics-book run --help"]),
        ("zzz=1", ["unknown parameter `zzz`", "omics-book run --help"]),
        ("alpha=2", ["`alpha` is 2", "a number (above 0, below 1)"]),
        ("alpha=.nan", ["`alpha` is NaN", "a number"]),
        ("alpha=.inf", ["`alpha` is Infinity"]),
        ("alpha=true", ["`alpha` is true", "a number"]),
        ("n_folds=true", ["`n_folds` is true", "a whole number (at least 2, at most 1000)"]),
        ("n_folds=2.5", ["`n_folds` is 2.5", "a whole number"]),
        (
            "n_permutations=many",
            ['`n_permutations` is "many"', "`auto` or a whole number (at least 0, at most 1000000)"],
        ),
        ("variant=big", ['`variant` is "big"', "one of `auto`, `described`, `counted`"]),
        ("covariates=tissue", ['`covariates` is "tissue"', "a list"]),
        ("covariates=[a, a]", ["`covariates`", "different names"]),
        ("hidden=[0]", ["`hidden` is [0]", "null or a list of whole numbers (at least 1, at most 65536)"]),
        ("metabolomics_log=1", ["`metabolomics_log` is 1", "true or false"]),
        ("random_state=-1", ["`random_state` is -1", "at least 0"]),
        ("proteomics_kind=logg", ["`proteomics_kind`", "one of `counts`, `abundance`, `log`, `clr`"]),
        ("alpha", ["`alpha`", "key=value"]),
        ("=1", ["key=value"]),
        ("alpha=[", ["not readable as YAML"]),
    ],
)
def test_read_parameters_says_what_is_wrong_with_an_override(override, parts):
    with pytest.raises(ParameterError) as caught:
        read_parameters(None, [override])
    for part in ["--set", *parts]:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("alpha: 0.1\nalpha: 0.2\n", ["`alpha` stands twice", "line 2"]),
        ("- alpha\n", ["holds a list", "mapping"]),
        ("alpha\n", ["mapping"]),
        ("alpha: [1\n", ["not readable as YAML"]),
        ("alpha: \0\n", ["not readable as YAML"]),
        ("alpha: !!python/name:os.system\n", ["not readable as YAML"]),
        ("1: 2\n", ["unknown parameter `1`"]),
        ("dropout: 1\n", ["`dropout` is 1"]),
        ("hidden: &a [*a]\n", ["an alias", "line 1"]),
    ],
)
def test_read_parameters_names_the_file_that_is_wrong(tmp_path, text, parts):
    with pytest.raises(ParameterError) as caught:
        read_parameters(params(tmp_path, text))
    for part in ["mine.yml", *parts]:
        assert part in str(caught.value)


BILLION_LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60))
HOSTILE = {
    "aliases of aliases": (BILLION_LAUGHS, "an alias"),
    "a merge of itself": ("a: &a {b: 1}\nc: {<<: *a}\n", "an alias"),
    "lists in lists": ("hidden: " + "[" * 100_000, "more than 10 deep"),
    "mappings in mappings": ("{a: " * 50_000, "more than 10 deep"),
    "more than 1 MB": ("# " + "x" * 1_000_000, "larger than 1 MB"),
    "very many keys": ("".join(f"k{i}: 1\n" for i in range(90_000)), "more than 10,000 values"),
    "many keys": ("".join(f"k{i}: 1\n" for i in range(4_000)), "4,000 keys"),
    "a name of 900 letters": ("x" * 900 + ": 1\n", "unknown parameter `xxx"),
    "10 to the 21": ("n_permutations: 1" + "0" * 21 + "\n", "at most 1000000"),
    "an exponent": ("n_folds: 1e300\n", "at most 1000"),
    "a number that is infinite": ("n_folds: 1e999\n", "at most 1000"),
    "an integer of 100,000 digits": ("n_latent: " + "9" * 100_000 + "\n", "not readable as YAML"),
    "an integer of 4,000 digits": ("n_latent: " + "9" * 4_000 + "\n", "at most 65536"),
    "integers in a list": ("hidden: [1" + "0" * 21 + "]\n", "at most 65536"),
    "many layers": (f"hidden: {[1] * 17}\n", "items at most 16"),
    "many covariates": (f"covariates: [{', '.join(f'c{i}' for i in range(1001))}]\n", "items at most 1000"),
    "a long name": ("target: " + "x" * 1001 + "\n", "length at most 1000"),
    "a tag without its value": ("alpha: !!timestamp x\n", "not readable as YAML"),
    "a truth that is none": ("metabolomics_log: !!bool maybe\n", "not readable as YAML"),
    "no digits": ('n_folds: !!int ""\n', "not readable as YAML"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_parameters_end_in_one_short_error_soon(case, tmp_path):
    text, expected = HOSTILE[case]
    began = time.process_time()
    with pytest.raises(ParameterError) as caught:
        read_parameters(params(tmp_path, text))
    assert expected in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert time.process_time() - began < 5


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_values_of_set_end_in_one_short_error(case):
    text, _ = HOSTILE[case]
    name, _, value = text.partition(":")
    with pytest.raises(ParameterError) as caught:
        read_parameters(None, [f"{name}={value.strip()}", f"alpha={text}"])
    assert len(str(caught.value)) < 2000


def test_every_parameter_has_bounds():
    def unbounded(rule):
        for branch in branches(rule):
            kind = branch.get("type")
            if kind in ("integer", "number"):
                yield not {"maximum", "exclusiveMaximum"} & set(branch)
                yield not {"minimum", "exclusiveMinimum"} & set(branch)
            if kind == "string":
                yield not {"maxLength", "enum"} & set(branch)
            if kind == "array":
                yield "maxItems" not in branch
                yield from unbounded(branch["items"])

    schema = json.loads(project_file("data_schema/parameters.schema.json").read_text(encoding="utf-8"))
    assert [name for name, rule in schema["properties"].items() if any(unbounded(rule))] == []


def test_read_parameters_names_everything_that_is_wrong(tmp_path):
    file = params(tmp_path, "alpha: 2\nn_folds: 1\nnonsense: 1\nn_latent: 3\n")
    with pytest.raises(ParameterError) as caught:
        read_parameters(file, ["dropout=7", "alone"])
    assert [error.file for error in caught.value.violations] == ["--set", *["mine.yml"] * 3, "--set dropout"]
    assert "`n_latent`" not in str(caught.value)


def test_read_parameters_says_missing_file(tmp_path):
    with pytest.raises(ParameterError, match=r"none\.yml: cannot be read"):
        read_parameters(tmp_path / "none.yml")


def pairs(**changes):
    columns = {
        "gene": ["A", "B"],
        "metabolite": ["m", "m"],
        "rho": [0.5, -1],
        "q": [0.1, 1],
        "score": [2.0, 0.1],
    }
    return pd.DataFrame({**columns, "rank": [1, 2], **changes})


def test_validate_table_takes_a_good_table():
    validate_table(pairs(), "refined")
    validate_table(pairs(gene=pd.Categorical(["A", "B"])), "refined")
    evaluation = {
        "method": ["a"],
        "truth": ["t"],
        "metric": ["MRR"],
        "value": [np.nan],
        "knowledge": ["tables"],
    }
    validate_table(pd.DataFrame(evaluation), "evaluation")


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        (pairs().drop(columns=["rank", "q"]), ["no column q, rank"]),
        (pairs(rho=[0.5, 1.5]), ["column rho", "1 values out of range (first: 1.5)", "at most 1"]),
        (pairs(rank=[0, 1]), ["column rank", "first: 0", "at least 1"]),
        (pairs(rank=[1.0, 2.0]), ["column rank", "float64", "whole numbers"]),
        (pairs(q=["a", "b"]), ["column q", "numbers"]),
        (pairs(score=[np.nan, 1]), ["column score", "1 missing values (first: row 1)"]),
        (pairs(gene=[1, 2]), ["column gene", "text"]),
    ],
)
def test_validate_table_names_the_column_that_does_not_fit(table, parts):
    with pytest.raises(RunError) as caught:
        validate_table(table, "refined")
    for part in ["refined", *parts]:
        assert part in str(caught.value)


def test_validate_table_blames_the_study_for_an_incoming_table():
    with pytest.raises(StudyError, match="known_pairs: no column metabolite_id"):
        validate_table(pd.DataFrame({"gene_id": ["A"]}), "known_pairs")


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("target=18:1", "18:1"),
        ("target=NO", "NO"),
        ("target=12", "12"),
        ("target=1e-3", "1e-3"),
        ("target=2024-01-01", "2024-01-01"),
        ("target=[M+H]+", "[M+H]+"),
        ("target='null'", "null"),
        ("target=null", None),
        ("target=", None),
        ("title=Liver: pilot", "Liver: pilot"),
        ("title=null", "null"),
        ("title='Liver: pilot'", "Liver: pilot"),
        ("title=5 # of them", "5 # of them"),
        ("title='a' and 'b'", "'a' and 'b'"),
        ("target='5''-AMP'", "5'-AMP"),
        ("title=", ""),
        ("groups=on", "on"),
        ("covariates=[batch, 1, NO, 18:1]", ["batch", "1", "NO", "18:1"]),
        ("prior=none", "none"),
        ("n_permutations=auto", "auto"),
        ("n_permutations=10", 10),
        ("metabolomics_log=yes", True),
    ],
)
def test_text_is_taken_as_it_is_written(override, value):
    name = override.partition("=")[0]
    assert read_parameters(None, [override])[name] == value


def test_text_in_a_file_is_taken_as_it_is_written(tmp_path):
    path = tmp_path / "p.yml"
    path.write_text("target: 18:1\ngroups: NO\ntitle: 12\ncovariates: [1, yes]\nalpha: 0.1\ncolour_by: ~\n")
    found = read_parameters(path)
    wanted = {"target": "18:1", "groups": "NO", "title": "12", "covariates": ["1", "yes"], "colour_by": None}
    assert wanted.items() <= found.items() and found["alpha"] == 0.1


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30))
def test_any_title_arrives_as_it_was_given(title):
    assume(title.strip()[:1] not in ("'", '"'))
    assert read_parameters(None, [f"title={title}"])["title"] == title.strip()


@pytest.mark.parametrize(
    ("override", "example"), [("covariates=batch", "[a, b]"), ("hidden=64", "[512, 128]")]
)
def test_list_without_brackets_is_refused_with_an_example(override, example):
    with pytest.raises(ParameterError, match=re.escape(f"in brackets, such as {example}")):
        read_parameters(None, [override])


@pytest.mark.parametrize("value", ["18:1", "010", "1_000", "0x10"])
def test_numbers_are_decimal_alone(value):
    with pytest.raises(ParameterError, match="n_latent"):
        read_parameters(None, [f"n_latent={value}"])


def test_decimal_numbers_are_read_in_every_form():
    read = read_parameters(None, ["alpha=1e-2", "dropout=.25", "n_latent=12", "min_detected=0"])
    assert [read[name] for name in ("alpha", "dropout", "n_latent", "min_detected")] == [0.01, 0.25, 12, 0]
