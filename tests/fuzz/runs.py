"""What may be wrong with a run folder that somebody hands over: files, links, and what its JSON says."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz.containers import of_container, surely
from fuzz.mutations import of_bytes
from hypothesis import strategies as st

OUTSIDE = "outside/precious.txt"
_JSON: list[Any] = [
    None, True, -1, 2**70, 1e308, float("nan"), "", "x" * 10_000, "../outside/precious.txt", "/etc/passwd", "\x00", "{{ 7 }}",
    "\u202e\x1b[31m", "<script>alert(1)</script>", "$x$", [], {}, [[]], {"../outside/precious.txt": "0" * 64},
    {"../outside/precious.txt": 7}, {"study.h5mu": "0" * 64}, {"/etc/passwd": "0" * 64}, {".": "0" * 64}, ["a"] * 1000,
]  # fmt: skip
_TEXTS = [
    b"",
    b"null",
    b"[",
    b"[" * 100_000,
    b"{}",
    b"[]",
    b"\xff\xfe",
    b'{"outputs": {}}',
    b'{"outputs": 7, "inputs": 7}',
]
_ADDED = [
    "release/extra.csv", "snakemake.py", "papermill.py", "pip.py", "sitecustomize.py", "notebooks/evil.ipynb", "conf.py",
    "_config.yml", "book/_toc.yml", ".cache/x", "a\nb", "{{ x }}.csv", "failed/x", "Snakefile",
]  # fmt: skip
_STATE = [
    "manifest.json",
    "summary.json",
    ".omics-book.json",
    "notebooks/01_data.ipynb",
    "notebooks/07_release.ipynb",
]


@dataclass(repr=False)
class Spoilt:
    """Changes of a run folder, and what was done in words."""

    changes: list[Callable[[Path], None]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return "\n".join(self.log)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def write(self, run: Path, copy: Path) -> None:
        """Copy a run and change it; something precious lies beside it."""
        shutil.copytree(run, copy, symlinks=True, ignore=shutil.ignore_patterns(".snakemake", "book"))
        (copy.parent / OUTSIDE).parent.mkdir()
        (copy.parent / OUTSIDE).write_text("years of work")
        for change in self.changes:
            change(copy)


def files_of(run: Path) -> list[str]:
    """List the files of a run folder, those of the workflow apart."""
    names = (path.relative_to(run) for path in run.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(str(name) for name in names if name.parts[0] not in (".snakemake", ".cache", "book"))


def _somewhere(value: Any, steps: list[int], new: Any) -> Any:
    """Return JSON in which one thing, `steps` below the top, is another."""
    if not steps or not isinstance(value, dict | list) or not value:
        return new
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[steps[0] % len(keys)]
    value[key] = _somewhere(value[key], steps[1:], new)
    return value


@st.composite
def _of_json(draw: st.DrawFn) -> tuple[str, Callable[[Path], None]]:
    name, steps = draw(st.sampled_from(_STATE)), draw(st.lists(st.integers(0, 40), max_size=4))
    new, text = draw(st.sampled_from(_JSON)), draw(st.sampled_from([None, None, None, *_TEXTS]))

    def act(run: Path) -> None:
        path = run / name
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return
        said = json.dumps(_somewhere(content, steps, new)).encode()
        path.write_bytes(said if text is None else text)

    return f"{name}: {steps} = {new!r:.60}" if text is None else f"{name} = {text!r:.60}", act


@st.composite
def _of_file(draw: st.DrawFn) -> tuple[str, Callable[[Path], None]]:
    at, other = draw(st.integers(0, 99)), draw(st.integers(0, 99))
    kind = draw(
        st.sampled_from(
            ["bytes", "bytes", "within", "within", "delete", "folder", "link", "pipe", "swap", "add"]
        )
    )
    said, change = draw(of_bytes())
    within = {ending: draw(of_container(ending)) for ending in ("h5mu", "parquet")}
    added = draw(st.sampled_from(_ADDED))
    target = draw(st.sampled_from(["/etc/hostname", "nowhere", f"../{OUTSIDE}", ".", "manifest.json"]))

    def act(run: Path) -> None:
        names = files_of(run)
        path, two = run / names[at % len(names)], run / names[other % len(names)]
        content, ending = path.read_bytes(), path.suffix.lstrip(".")
        if kind == "within" and ending in within:
            surely(within[ending][1], path.name)(path.parent)
        elif kind in ("bytes", "within"):
            path.write_bytes(change(content))
        elif kind == "swap":
            path.write_bytes(two.read_bytes())
            two.write_bytes(content)
        elif kind == "add":
            (run / added).parent.mkdir(exist_ok=True)
            (run / added).write_bytes(content[:1000])
        else:
            path.unlink()
            if kind == "folder":
                path.mkdir()
            elif kind == "link":
                path.symlink_to(target)
            elif kind == "pipe":
                os.mkfifo(path)

    return f"file {at}: {kind}; {said}; {within}; {added}; {target}; with {other}"[:700], act


@st.composite
def runs(draw: st.DrawFn) -> Spoilt:
    """Draw up to two things that are wrong with a run folder."""
    one = Spoilt()
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
        said, change = draw(st.one_of(_of_json(), _of_file()))
        one.log.append(said)
        one.changes.append(change)
    return one
