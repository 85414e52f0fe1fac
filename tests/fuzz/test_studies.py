"""Studies with something wrong: each is read right, or refused in one message that says what to do."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from fuzz.forks import Forks, forks
from fuzz.mutations import Mutated, studies
from fuzz.oracle import ended_well, fingerprint, same_numbers
from hypothesis import given, note, settings

from omics_lib.study import read_study


@pytest.fixture(scope="module")
def forking():
    with forks() as one:
        yield one


def check(forking: Forks, study: Mutated, *options: str) -> int:
    """Check a study, and hold what the command owes; return its exit code."""
    with tempfile.TemporaryDirectory() as room:
        folder, out = Path(room, "study"), Path(room, "out")
        study.write(folder)
        note("\n".join(study.log) or "no mutation")
        before = fingerprint(folder)
        ended = forking.run("check", str(folder), *options)
        ended_well(ended)
        assert fingerprint(folder) == before
        if ended.code == 2:
            again = forking.run("run", str(folder), "--out", str(out), *options)
            assert (again.code, again.err) == (2, ended.err)
            assert not out.exists()
        elif not study.on_files:
            same_numbers(study.grids, read_study(folder))
    return ended.code


@settings(max_examples=int(__import__("os").environ.get("N", "60")))
@given(study=studies())
def test_a_mutated_study_is_read_right_or_refused(forking, study):
    check(forking, study)
