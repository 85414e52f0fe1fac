"""Run folders with something wrong: each is verified, rendered and continued, or refused in one message."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from fuzz.oracle import ended_well, examples, fingerprint
from fuzz.runs import files_of, runs
from hypothesis import given, note


@examples(15)
@given(spoilt=runs())
def test_a_spoilt_run_is_told_from_a_whole_one(tiny_run, forking, spoilt):
    with tempfile.TemporaryDirectory() as room:
        copy = Path(room, "run")
        spoilt.write(tiny_run, copy)
        note(repr(spoilt))
        before = fingerprint(Path(room))
        ended = forking.run("verify", str(copy))
        ended_well(ended)
        assert fingerprint(Path(room)) == before
        written = json.loads((tiny_run / "manifest.json").read_bytes())["outputs"]
        whole = {name: (tiny_run / name).read_bytes() for name in written}
        there = {name: (copy / name).read_bytes() for name in files_of(copy) if name in written}
        assert ended.code == 2 or there == whole
