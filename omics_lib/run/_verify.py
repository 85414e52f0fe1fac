"""Whether a run that somebody handed over is what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._code import commit_of, versions
from .._files import file_sha256, project_file
from ..errors import RunError
from ._inputs import input_files, said_of_input
from ._manifest import compare, parameters_of, read_manifest, refuse_links


@dataclass
class Verified:
    """What `verify_run` found: `differs` is not as the manifest says, `said` is no mistake."""

    n_files: int
    differs: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def verify_run(run: Path | str, study: Path | str | None = None) -> Verified:
    """Check a run folder against its manifest.

    Parameters
    ----------
    run : Path
        Run folder.
    study : Path, optional
        The study folder or file that it was made of, to be compared too.

    Returns
    -------
    Verified
        Files that were changed, are missing or were added; inputs that differ; and, as information, versions
        and the commit where they are not those of this installation.

    Raises
    ------
    RunError
        If the folder has no readable manifest, or links lead out of it; with a study, if its parameters are
        none that a run has.
    StudyError
        If the study, or what the run read beside it, is not there.

    Notes
    -----
    Checksums tell accidents and later edits from what the run wrote. They are no signature: who can change
    the results can write the manifest anew.
    """
    run = Path(run)
    if not run.is_dir():
        raise RunError(str(run), "no such folder", "it must be the --out of a run", "Check the path.")
    refuse_links(run)
    manifest = read_manifest(run)
    found = compare(run, manifest["outputs"])
    verified = Verified(len(manifest["outputs"]))
    verified.differs += [f"{name}: not what its stage wrote" for name in found.changed]
    verified.differs += [f"{name}: missing" for name in found.missing]
    verified.differs += [f"{name}: not of this run" for name in found.added]
    if study is None:
        verified.said.append("the study was not compared; give it with --study")
    else:
        files = input_files(Path(study), parameters_of(run))
        there = {name: path for of in files.values() for name, path in of.items()}
        verified.differs += _inputs(there, manifest["inputs"])
    verified.said += _software(manifest)
    return verified


def _inputs(there: Mapping[str, Path], expected: Mapping[str, str]) -> list[str]:
    differs = [
        f"{said_of_input(name)}: not what the run read"
        for name in sorted(there.keys() & expected.keys())
        if file_sha256(there[name]) != expected[name]
    ]
    differs += [f"{said_of_input(name)}: missing" for name in sorted(expected.keys() - there.keys())]
    return differs + [
        f"{said_of_input(name)}: not read by the run" for name in sorted(there.keys() - expected.keys())
    ]


def _software(manifest: Mapping[str, Any]) -> list[str]:
    here = versions()
    said = [
        f"{name} {version} there, {here.get(name, 'none')} here"
        for name, version in sorted(manifest["versions"].items())
        if here.get(name) != version
    ]
    commit = commit_of(project_file("Snakefile").parent)
    if manifest["commit"] != commit:
        said.append(f"the commit is {manifest['commit']} there and {commit} here")
    return said
