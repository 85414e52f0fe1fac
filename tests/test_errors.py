from __future__ import annotations

import pickle

import pytest

from omics_lib import errors


@pytest.mark.parametrize("kind", errors.OmicsError.__subclasses__())
def test_message_names_place_found_expected_and_remedy(kind):
    error = kind("a.csv, row S1", "3 negative counts", "counts must be ≥ 0", "Set it.")
    assert str(error) == "a.csv, row S1: 3 negative counts; counts must be ≥ 0. Set it."
    assert isinstance(error, ValueError)


def test_error_survives_pickling_between_processes():
    error = pickle.loads(pickle.dumps(errors.StudyError("a", "b", "c", "d")))
    assert (error.where, error.found, error.expected, error.remedy) == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("n", "text"), [(0, ""), (1, "0"), (5, "0, 1, 2, 3, 4"), (7, "0, 1, 2, 3, 4 and 2 more")]
)
def test_first_few_lists_up_to_five(n, text):
    assert errors.first_few(range(n)) == text


def test_error_names_row_line_and_column_after_the_file():
    error = errors.StudyError("a.csv", "b", "c", "d", row="S1", line=3, column="G2")
    assert (error.file, error.row, error.line, error.column) == ("a.csv", "S1", 3, "G2")
    assert error.where == "a.csv, row S1 (line 3), column G2"
    assert pickle.loads(pickle.dumps(error)).where == error.where


def test_message_is_one_line_whatever_names_it_holds():
    text = str(errors.StudyError("a.csv", "a name\nomics-book: fit to run\u2028", "c", "d"))
    assert text == "a.csv: a name omics-book: fit to run ; c. d"


def test_together_lists_twenty_of_a_file_and_counts_the_rest():
    many = [errors.StudyError("a.csv", str(i), "c", "d") for i in range(23)]
    error = errors.together([*many, errors.ParameterError("b.yml", "x", "c", "d")], {"a.csv": 1000})
    lines = str(pickle.loads(pickle.dumps(error))).splitlines()
    assert len(lines) == 22
    assert lines[19:] == ["a.csv: 19; c. d", "b.yml: x; c. d", "a.csv: and 1,003 more."]
    assert len(errors.together([error, errors.StudyError("a.csv", "x", "c", "d")]).violations) == 21


def test_gathered_raises_what_was_wrong_in_several_steps_and_lets_bugs_through():
    problems = errors.Gathered()
    problems.tell()
    for name in ("a.csv", "b.csv"):
        with problems:
            raise errors.StudyError(name, "x", "c", "d")
    with pytest.raises(errors.StudyError, match=r"(?s)a\.csv.*b\.csv"):
        problems.tell()
    with pytest.raises(ZeroDivisionError), problems:
        1 / 0  # noqa: B018
