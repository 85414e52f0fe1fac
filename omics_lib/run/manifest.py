"""Last stage of a run: write its manifest, and the numbers that prose pages print.

`python -m omics_lib.run.manifest MANIFEST SUMMARY RESULT…` is what the Snakefile calls; all of these lie in
the run folder, as its configuration does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .._files import project_file, write_json
from ..processes import end_with_parent, record_cost
from ..study import read_stage
from ._provenance import build_manifest, summarise
from ._run import CONFIGURATION


def main(manifest: str, summary: str, *results: str) -> None:
    """Write both files, `manifest` into the run folder itself."""
    run = Path(manifest).parent
    known = json.loads((run / CONFIGURATION).read_text(encoding="utf-8"))
    parameters, inputs = known["parameters"], [Path(path) for path in known["study_files"]]
    code = project_file("Snakefile").parent
    outputs = [Path(result).relative_to(run).as_posix() for result in results]
    write_json(build_manifest(parameters, inputs, run, outputs, code), Path(manifest))
    write_json(summarise(read_stage(run / "study.h5mu"), parameters), Path(summary))
    record_cost("manifest", run=run)


if __name__ == "__main__":
    end_with_parent()
    main(*sys.argv[1:])
