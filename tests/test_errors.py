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
