"""Last stage of a run: write its manifest, and the numbers that prose pages print.

`python -m omics_lib.run.manifest MANIFEST SUMMARY` is what the Snakefile calls; both lie in the run folder,
as its configuration does. Everything that the run wrote is listed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .._files import project_file, require_unchanged, write_json
from ..errors import StudyError
from ..processes import end_with_parent, record_cost
from ..study import read_stage
from ._crate import CRATE, build_crate
from ._manifest import run_files
from ._provenance import build_manifest, summarise
from ._run import CONFIGURATION


def main(manifest: str, summary: str) -> int:
    """Write both files, `manifest` and its crate into the run folder itself; return the exit code."""
    run = Path(manifest).parent
    known = json.loads((run / CONFIGURATION).read_text(encoding="utf-8"))
    parameters = known["parameters"]
    inputs = {path: sha256 for of in known["inputs"].values() for path, sha256 in of.items()}
    try:
        require_unchanged(inputs)
    except StudyError as error:
        print(f"{run.absolute().name}: {error}", file=sys.stderr)
        return 2
    write_json(summarise(read_stage(run / "study.h5mu"), parameters), Path(summary))
    read = {name: inputs[path] for name, path in known["input_names"].items()}
    code = project_file("Snakefile").parent
    made = build_manifest(parameters, read, run, run_files(run), code)
    write_json(build_crate(made), run / CRATE)
    write_json(made, Path(manifest))
    record_cost("manifest", run=run)
    return 0


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(*sys.argv[1:]))
