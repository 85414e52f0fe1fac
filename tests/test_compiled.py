"""What Numba compiled is there for the next process, and lies beside the library or nowhere."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest
from numba.core.caching import NullCache

from omics_lib import _compiled
from omics_lib.correlation import _tile_loops
from omics_lib.pairs import _count
from omics_lib.refinement import _largest

HERE = Path(_compiled.__file__).parent


@pytest.mark.skipif(not os.access(HERE, os.W_OK), reason="the library lies where nothing can be written")
@pytest.mark.parametrize("module", [_tile_loops, _count, _largest], ids=lambda module: module.__name__)
def test_compiled_loops_are_kept_beside_their_module(module):
    loops = [loop for loop in vars(module).values() if hasattr(loop, "py_func")]
    kept = {Path(loop._cache.cache_path).parent for loop in loops}
    assert kept == {Path(module.__file__).parent}


def test_nothing_is_kept_where_the_library_cannot_be_written(monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    loop = importlib.reload(_compiled).compiled(lambda x: x + 1)
    assert isinstance(loop._cache, NullCache) and loop(1) == 2
    monkeypatch.undo()
    importlib.reload(_compiled)
