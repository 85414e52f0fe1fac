"""Run folders with something wrong: each is verified, rendered and continued, or refused in one message."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from fuzz.forks import Ended, Forks
from fuzz.oracle import NIGHTLY, ended_well, examples, fingerprint
from fuzz.runs import OUTSIDE, files_of, runs
from hypothesis import given, note
from hypothesis import strategies as st
from run_helpers import PLANTED, QUICK

# At night some are rendered, and some are continued: then what was spoilt must be whole again.
WAYS = st.sampled_from([*["verify"] * 17, "render", "render", "run"] if NIGHTLY else ["verify"])
SETTINGS = [f"--set={one}" for one in (*QUICK, *PLANTED)]


def act(forking: Forks, way: str, run: Path, study: Path) -> Ended:
    given = ["run", str(study), "--out", str(run), "--cores", "1", *SETTINGS]
    argv = given if way == "run" else [way, str(run)]
    ended = forking.run(*argv, limit_s=600)
    if way == "run":  # stages say where they are
        ended.err = "".join(line for line in ended.err.splitlines(True) if line.startswith("omics-book: "))
    ended_well(ended, *((20, 1024) if way == "verify" else (600, 2048)))
    return ended


@examples(15)
@given(spoilt=runs(), way=WAYS)
def test_a_spoilt_run_is_told_from_a_whole_one(tiny_run, forking, spoilt, way):
    with tempfile.TemporaryDirectory(prefix="fuzz-") as room:
        copy = Path(room, "run")
        spoilt.write(tiny_run, copy)
        note(f"{spoilt!r}\n{way}")
        before = fingerprint(Path(room))
        ended = act(forking, way, copy, tiny_run.parent / "planted")
        assert (Path(room) / OUTSIDE).read_text() == "years of work"
        if way == "verify":
            assert fingerprint(Path(room)) == before
        written = json.loads((tiny_run / "manifest.json").read_bytes())["outputs"]
        whole = {name: (tiny_run / name).read_bytes() for name in written}
        there = {name: (copy / name).read_bytes() for name in files_of(copy) if name in written}
        assert ended.code == 2 or way == "render" or there == whole
