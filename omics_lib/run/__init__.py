"""All stages of a run: checked, started, written down."""

from ._crate import build_crate as build_crate
from ._folder import only_one as only_one
from ._folder import refuse_other_folders as refuse_other_folders
from ._manifest import parameters_of as parameters_of
from ._manifest import refuse_links as refuse_links
from ._parameters_file import run_command as run_command
from ._provenance import build_manifest as build_manifest
from ._provenance import table_sha256 as table_sha256
from ._run import CONFIGURATION as CONFIGURATION
from ._run import check_study as check_study
from ._run import run_configuration as run_configuration
from ._run import run_study as run_study
from ._run import study_notes as study_notes
from ._run import study_size as study_size
from ._skeleton import init_study as init_study
from ._verify import Verified as Verified
from ._verify import verify_run as verify_run
from ._workflow import LOG as LOG
from ._workflow import failed_stages as failed_stages
from ._workflow import find_profile as find_profile
from ._workflow import run_workflow as run_workflow
