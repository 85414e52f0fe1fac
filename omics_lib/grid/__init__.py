"""Many runs as one graph: studies, seeds and parameters crossed, and what came out in one table and page."""

from ._grid import run_grid as run_grid
from ._plan import read_grid as read_grid
