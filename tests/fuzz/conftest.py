"""What the tests of mutations share: a process that forks, and how many examples there are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzz.forks import Forks, forks


@pytest.fixture(scope="session")
def forking() -> Iterator[Forks]:
    """Hold the process that each command is forked from."""
    with forks() as one:
        yield one


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave mutations to the night: a failing one is made smaller for minutes."""
    if os.environ.get("OMICS_NIGHTLY") != "1":
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="mutations run in `make test-nightly`"))
