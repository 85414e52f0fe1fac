"""Write the checksums of every package in requirements.lock beside its version: run after a version changed.

`.venv/bin/python docs/lock.py` asks the package index that pip uses by default for the files of each
version, and keeps those of Python 3.11 and later on Linux, macOS and Windows; pip takes no other then. What
stands there already stays: delete the checksums of a package when its version changes. Wheels from elsewhere
are given as arguments.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from pip._internal.models.index import PyPI

LOCKS = [Path(__file__).parents[1] / name for name in ("requirements.lock", "human_gem.lock")]
_PIN = re.compile(r"^([\w.-]+)==([\w.!+]+)((?: \\\n +--hash=sha256:\w+)*)", re.MULTILINE)
_OLD = re.compile(r"cp3\d$|cp310$|cp2\d+$|pp|py2$")
# The index's build of torch for Linux needs libraries of CUDA, which are not locked: PyTorch's own is taken.
_NOT_TAKEN = re.compile(r"torch-.*manylinux.*_x86_64")
_PLATFORM = re.compile(r"any$|manylinux.*_(x86_64|aarch64)$|linux_(x86_64|aarch64)$|macosx|win_amd64$")


def _files(name: str) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"{PyPI.simple_url}/{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["files"]


def _fits(filename: str, version: str) -> bool:
    try:
        _, found, _, tags = parse_wheel_filename(filename)
    except (InvalidWheelFilename, ValueError):
        return False
    if _NOT_TAKEN.match(filename):
        return False
    useful = any(
        not _OLD.match(tag.interpreter) or (tag.abi == "abi3" and tag.interpreter.startswith("cp3"))
        for tag in tags
    )
    return str(found) == version and useful and any(_PLATFORM.search(tag.platform) for tag in tags)


def _hashes(name: str, version: str) -> list[str]:
    files = _files(name)
    wheels = [file for file in files if _fits(file["filename"], version)]
    source = re.compile(rf"[\w.-]+-{re.escape(version)}\.(tar\.gz|zip)")
    chosen = wheels or [file for file in files if source.fullmatch(file["filename"])]
    return sorted(file["hashes"]["sha256"] for file in chosen)


def _entry(pin: tuple[str, str, str], more: dict[str, list[str]]) -> str:
    name, version, written = pin
    earlier = re.findall(r"sha256:(\w+)", written)
    hashes = sorted({*_hashes(name, version), *more.get(name, []), *earlier})
    if not hashes:
        raise SystemExit(f"{name}=={version}: the index has no file of it")
    return " \\\n    ".join([f"{name}=={version}", *(f"--hash=sha256:{digest}" for digest in hashes)])


def _further(paths: list[str]) -> Iterator[tuple[str, str]]:
    """Give name and checksum of wheels that come from elsewhere, such as PyTorch's builds without CUDA."""
    for path in map(Path, paths):
        yield parse_wheel_filename(path.name)[0], hashlib.sha256(path.read_bytes()).hexdigest()


def main(wheels: list[str]) -> None:
    """Write the checksums into the lock files; `wheels` are files whose checksums are let in as well."""
    more: dict[str, list[str]] = {}
    for name, digest in _further(wheels):
        more.setdefault(name, []).append(digest)
    for lock in LOCKS:
        text = lock.read_text(encoding="utf-8")
        comments = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
        with ThreadPoolExecutor(8) as pool:
            entries = list(pool.map(lambda pin: _entry(pin, more), _PIN.findall(text)))
        lock.write_text(comments + "\n".join(entries) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
