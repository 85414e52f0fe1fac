"""What the tests of mutations share: a process that forks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fuzz.forks import Forks, forks


@pytest.fixture(scope="session")
def forking() -> Iterator[Forks]:
    """Hold the process that each command is forked from."""
    with forks() as one:
        yield one
