"""Studies with something wrong: each is read right, or refused in one message that says what to do."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from fuzz.containers import containers
from fuzz.forks import Ended, Forks
from fuzz.grids import TABLES, base
from fuzz.mutations import Mutated, same_studies, studies
from fuzz.oracle import NIGHTLY, ended_well, examples, fingerprint, same_numbers
from fuzz.parameters import Asked, parameters
from hypothesis import given, note
from hypothesis import strategies as st

from omics_lib.study import read_study

# How far an example goes: most are forked, some are processes of their own, and what was accepted goes on.
WAYS = st.sampled_from([*["check"] * 17, "process", "stages", "stages"])
WHOLE = st.integers(0, 49) if NIGHTLY else st.just(1)  # 0: all stages of what was accepted
QUICK = [f"--set={one}" for one in ("n_latent=2", "n_folds=3", "n_permutations=19", "max_epochs=2")]


def in_a_process(*argv: str) -> Ended:
    command = [str(Path(sys.executable).with_name("omics-book")), *argv]
    start = time.monotonic()
    ended = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    out, err = (said.decode("utf-8", errors="backslashreplace") for said in (ended.stdout, ended.stderr))
    return Ended(ended.returncode, out, err, time.monotonic() - start, 0, [])


def check(forking: Forks, study: Mutated, way: str, whole: int = 1) -> None:
    """Check a study, and hold what the command owes."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as room:
        folder, out = Path(room, "study"), Path(room, "out")
        study.write(folder)
        options = study.said(Path(room)) if isinstance(study, Asked) else []
        note(repr(study))
        before = fingerprint(folder)
        ended = forking.run("check", str(folder), *options)
        ended_well(ended)
        if way == "process":
            again = in_a_process("check", str(folder), *options)
            assert (again.code, again.out, again.err) == (ended.code, ended.out, ended.err)
        if ended.code == 2:
            again = forking.run("run", str(folder), "--out", str(out), *options)
            assert (again.code, again.err) == (2, ended.err)
            assert not out.exists()
        elif way == "stages":
            stages = Path(room, "stages")
            stages.mkdir()
            ended_well(forking.run(str(stages), str(folder), *options, task="stages"))
        if ended.code == 0 and whole == 0:
            again = forking.run("run", str(folder), f"--out={out}", *options, *QUICK, limit_s=600)
            assert again.code == 0 and "Traceback" not in again.err, again.err
        if ended.code == 0 and not study.on_files and not options:
            same_numbers(study.grids, read_study(folder))
        assert fingerprint(folder) == before


@examples(40)
@given(study=studies(), way=WAYS, whole=WHOLE)
def test_a_mutated_study_is_read_right_or_refused(forking, study, way, whole):
    check(forking, study, way, whole)


@examples(20)
@given(study=containers(), way=WAYS)
def test_a_mutated_container_is_read_or_refused(forking, study, way):
    check(forking, study, way)


@examples(15)
@given(asked=parameters(), way=WAYS)
def test_mutated_parameters_are_taken_or_refused(forking, asked, way):
    check(forking, asked, way)


@examples(10)
@given(study=same_studies())
def test_a_study_in_another_form_is_the_same_study(forking, study):
    with tempfile.TemporaryDirectory(prefix="fuzz-") as room:
        one, other = Path(room, "one"), Path(room, "other")
        missing = any("" in row for row in study.grids["metabolomics"])
        Mutated(base(missing=missing)).write(one)
        study.write(other)
        note(repr(study))
        ended = forking.run("check", str(other))
        ended_well(ended)
        assert ended.code == 0, ended.err
        left, right = read_study(one), read_study(other)
        ids = left.obs_names  # a .h5mu has its own order
        pd.testing.assert_frame_equal(left.obs, right.obs.loc[ids])
        pd.testing.assert_frame_equal(left.uns["known_pairs"], right.uns["known_pairs"])
        for name in TABLES:
            table = left[name].to_df()
            np.testing.assert_array_equal(right[name].to_df().loc[ids, table.columns], table)
