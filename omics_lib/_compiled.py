"""Compiles loops over numbers, and keeps what was compiled for the next process; importing it loads Numba."""

from __future__ import annotations

import os
from pathlib import Path

import numba

# Kept beside the library alone: a home, which may be a run folder, could hold what somebody else compiled.
compiled = numba.njit(nogil=True, cache=os.access(Path(__file__).parent, os.W_OK))
