"""All stages of a run: checked, started, written down."""

from ._provenance import build_manifest as build_manifest
from ._provenance import table_sha256 as table_sha256
from ._run import check_study as check_study
from ._run import run_study as run_study
from ._run import study_notes as study_notes
