"""`python -m omics_lib.stage`, which the Snakefile calls; a stage ends with the process that started it."""

from __future__ import annotations

import sys

from ..processes import end_with_parent
from ._execute import main

if __name__ == "__main__":
    end_with_parent()
    sys.exit(main())
