"""Last stage of a run: write its manifest, and the numbers that prose pages print.

`python -m omics_lib.run.manifest CONFIGURATION MANIFEST SUMMARY RESULT…` is what the Snakefile calls, in the
run folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .._files import project_file, write_json
from ..processes import end_with_parent, record_cost
from ..study import read_stage
from ._provenance import build_manifest, summarise


def main(configuration: str, manifest: str, summary: str, *results: str) -> None:
    """Write both files; `results` are relative to the run folder, which is the working folder."""
    known = json.loads(Path(configuration).read_text(encoding="utf-8"))
    parameters, inputs = known["parameters"], [Path(path) for path in known["study_files"]]
    code = project_file("Snakefile").parent
    write_json(build_manifest(parameters, inputs, Path("."), results, code), Path(manifest))
    write_json(summarise(read_stage(Path("study.h5mu")), parameters), Path(summary))
    record_cost("manifest")


if __name__ == "__main__":
    end_with_parent()
    main(*sys.argv[1:])
