"""Sentences about results that were stored: what made them, and whether that has changed since."""

from __future__ import annotations

from .._escape import md, md_code
from .._words import count
from ..evidence import Evidence

_CODE = {"library": "the library, a notebook or the Snakefile", "script": "the script itself"}


def evidence(stored: Evidence) -> str:
    """Say when, by what and on what machine results were made, and whether the code has changed since."""
    manifest, machine = stored.manifest, stored.manifest["machine"]
    commit, _, changes = (manifest["commit"] or "").partition("+")
    of = f" of commit {md_code(commit[:7])}{' with changes' if changes else ''}" if commit else ""
    gpu = f"and the graphics card {md(machine['gpu'])}" if machine["gpu"] else "and no graphics card"
    made = (
        f"Stored results: made on {manifest['date']} by {md_code(manifest['script'])}{of}, on "
        f"{count(machine['cores'], 'core')} of {md(machine['cpu'])} with {machine['memory_gb']:.0f} GB of memory {gpu}."
    )
    if not stored.stale:
        return f"{made} The code is still the one that made them."
    then, now = manifest["code"], stored.now
    parts = [
        f"{_CODE[what]} changed (checksum {md_code(then[what][:8])} then, {md_code(now[what][:8])} now)"
        for what in then
        if then[what] != now[what]
    ]
    return f"{made} **They are stale**: since then {' and '.join(parts)}; {md_code(manifest['command'])} makes them again."
