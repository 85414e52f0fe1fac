"""What a user has set for other work changes no result: one clean environment for all that a run starts."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from run_helpers import write_notebook

from omics_lib import _files
from omics_lib._files import file_sha256, library_files, project_file, tree_sha256
from omics_lib.book import _render as book
from omics_lib.processes import _environment, clean_environment, python_command, socket_folder
from omics_lib.run._needs import stage_needs
from omics_lib.stage import _execute

LOOK = """\
import json, os, random, sys
import matplotlib.pyplot as plt
from IPython import get_ipython
seen = {
    "path": sys.path, "executable": sys.executable, "random": random.__file__, "home": os.environ["HOME"],
    "usetex": plt.rcParams["text.usetex"], "size": plt.rcParams["font.size"],
    "injected": "injected" in globals(),
    "names": sorted(os.environ), "threads": os.environ["OMP_NUM_THREADS"], "tmp": os.environ.get("TMPDIR"),
    "prompt": get_ipython().ipython_dir, "encoding": sys.stdout.encoding,
    "slurm": os.environ.get("SLURM_JOB_ID"),
}
open("seen.json", "w").write(json.dumps(seen))"""

NOISE = "import os; os.write(2, b'libgomp: compiled code\\n'); os.system('echo of a child >&2')"


def hostile_home(home: Path) -> None:
    """Fill a home with the settings of IPython, matplotlib, Jupyter and Snakemake that would end a run."""
    startup = home / ".ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("injected = True\n")
    (home / ".config/matplotlib").mkdir(parents=True)
    (home / ".config/matplotlib/matplotlibrc").write_text("text.usetex: True\nfont.size: 77\n")
    (home / ".jupyter").mkdir()
    (home / ".jupyter/jupyter_config.py").write_text("raise SystemExit('settings of Jupyter')\n")
    kernel = home / ".local/share/jupyter/kernels/python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "no", "language": "python"})
    )


def hostile_modules(folder: Path) -> None:
    for name in ("random", "snakemake", "papermill", "json", "matplotlib", "sitecustomize"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{folder}: {name}')\n")


def hostile_environment(home: Path, modules: Path) -> dict[str, str]:
    return os.environ | {
        "HOME": str(home),
        "MPLBACKEND": "Agg",
        "MATPLOTLIBRC": str(home / ".config/matplotlib/matplotlibrc"),
        "MPLCONFIGDIR": str(home / ".config/matplotlib"),
        "IPYTHONDIR": str(home / ".ipython"),
        "JUPYTER_PATH": str(home / ".local/share/jupyter"),
        "JUPYTER_CONFIG_DIR": str(home / ".jupyter"),
        "PYTHONSTARTUP": str(modules / "random.py"),
        "NUMBA_DISABLE_JIT": "1",
        "SNAKEMAKE_PROFILE": "no_such_profile",
        "XDG_CONFIG_HOME": str(home / ".config"),
        "LC_ALL": "C",
        "SLURM_JOB_ID": "77",
        "TMPDIR": str(home / ("t" * 90)),
        "OMP_NUM_THREADS": "7",
        "OMP_SCHEDULE": "nonsense",
    }


@pytest.fixture(scope="module")
def stage_in_a_hostile_place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """Execute one notebook where everything around it would change or end it."""
    place = tmp_path_factory.mktemp("hostile")
    home, run = place / "home", place / "a 'run' {of} βeta"
    home.mkdir()
    run.mkdir()
    hostile_home(home)
    hostile_modules(run)
    (run / "matplotlibrc").write_text("text.usetex: True\n")
    environment = hostile_environment(home, run)
    del environment["PYTEST_CURRENT_TEST"]  # kernels see what compiled code says only without it
    Path(environment["TMPDIR"]).mkdir()
    notebook = write_notebook(place / "look.ipynb", LOOK, "plt.plot([1, 2]);", "print('β')", NOISE)
    command = [*python_command("omics_lib.stage"), str(notebook), "out.ipynb"]
    done = subprocess.run(command, cwd=run, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return run, json.loads((run / "seen.json").read_text())


def test_kernel_is_this_interpreter_and_imports_nothing_from_the_working_folder(stage_in_a_hostile_place):
    run, seen = stage_in_a_hostile_place
    assert seen["executable"] == sys.executable
    assert not {"", ".", str(run)} & set(seen["path"])
    assert Path(seen["random"]).parent == Path(os.__file__).parent


def test_kernel_sees_no_settings_of_the_user(stage_in_a_hostile_place):
    run, seen = stage_in_a_hostile_place
    assert not seen["usetex"] and seen["size"] == 10 and not seen["injected"]
    assert seen["home"] == str(run / ".cache") and seen["prompt"] == str(run / ".cache/ipython")
    assert not {
        "PYTHONSTARTUP",
        "MATPLOTLIBRC",
        "JUPYTER_PATH",
        "NUMBA_DISABLE_JIT",
        "LC_ALL",
        "OMP_SCHEDULE",
    } & set(seen["names"])
    assert seen["threads"] == "1" and seen["encoding"].lower() == "utf-8"


def test_kernel_keeps_what_a_cluster_needs(stage_in_a_hostile_place):
    _, seen = stage_in_a_hostile_place
    assert seen["slurm"] == "77" and "t" * 90 in seen["tmp"] and "PATH" in seen["names"]


def test_page_has_its_figure_whatever_backend_the_user_has_set(stage_in_a_hostile_place):
    run, _ = stage_in_a_hostile_place
    outputs = [o for cell in nbformat.read(run / "out.ipynb", 4).cells for o in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert any(output.get("text") == "β\n" for output in outputs)


def test_words_of_compiled_code_stay_out_of_the_page(stage_in_a_hostile_place):
    run, _ = stage_in_a_hostile_place
    outputs = [o for cell in nbformat.read(run / "out.ipynb", 4).cells for o in cell.get("outputs", [])]
    assert not [output for output in outputs if output.get("name") == "stderr"]


def test_long_temporary_folder_still_leaves_room_for_sockets(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    assert socket_folder() not in (None, str(long))
    monkeypatch.setenv("TMPDIR", "/tmp")
    assert socket_folder() == "/tmp"


@pytest.mark.notebook
def test_sockets_lie_in_the_run_where_no_short_folder_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(_execute, "socket_folder", lambda: None)
    deep = tmp_path / ("deep" * 20)
    deep.mkdir()
    monkeypatch.chdir(deep)
    _execute.execute_stage(write_notebook(tmp_path / "n.ipynb", "print(n)"), Path("out.ipynb"), {})
    assert Path("out.ipynb").is_file() and not list(Path(".cache").glob("omics-*"))


def test_home_that_does_not_exist_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    environment = clean_environment(tmp_path / "room")
    assert environment["HOME"] == str(tmp_path / "room") and (tmp_path / "room").is_dir()
    assert _environment.home_if_usable() == {}
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _environment.home_if_usable() == {"HOME": str(tmp_path)}


def test_python_path_keeps_installed_packages_and_the_library_alone(tmp_path):
    library = _files.PACKAGE.parent
    given = os.pathsep.join(["/apps/numpy/lib/python3.11/site-packages", str(tmp_path), str(library), ""])
    kept = clean_environment(tmp_path, {"PYTHONPATH": given})["PYTHONPATH"]
    assert kept == os.pathsep.join(["/apps/numpy/lib/python3.11/site-packages", str(library)])
    assert "PYTHONPATH" not in clean_environment(tmp_path, {"PYTHONPATH": str(tmp_path)})


def test_environment_keeps_what_is_not_known_to_change_a_result(tmp_path):
    given = {
        "PATH": "/bin",
        "SLURM_JOB_ID": "1",
        "TMPDIR": "/scratch",
        "LD_LIBRARY_PATH": "/lib",
        "KUBECONFIG": "k",
    }
    assert given.items() <= clean_environment(tmp_path, given).items()


def snakemake_on_the_graph(
    run: Path, notebook: Path, study: Path, **changed: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run the first stage of the real graph, with a notebook that only writes its result."""
    stages = [path.stem for path in project_file("notebooks").glob("*.ipynb")]
    configuration = {
        "study": str(study),
        "study_files": [str(study / "samples.csv")],
        "inputs_sha256": dict.fromkeys(("study", "cohort", "cell_lines"), "s"),
        "inputs": {
            "study": {str(study / "samples.csv"): file_sha256(study / "samples.csv")},
            "cohort": {},
            "cell_lines": {},
        },
        "library_sha256": "l",
        "parameters": {"stored_results": False, "cohort": None, "cell_lines": None},
        "stages": {name: {} for name in stages},
        "needs": stage_needs(21, 800, 120),
        "notebooks": {
            name: {"path": str(notebook), "sha256": changed.get("notebook_sha256", "n")} for name in stages
        },
    } | {name: value for name, value in changed.items() if name != "notebook_sha256"}
    (run / "c.json").write_text(json.dumps(configuration))
    command = [
        *python_command("snakemake"),
        "--snakefile",
        str(project_file("Snakefile")),
        "--configfile",
        "c.json",
    ]
    options = ["--cores", "1", "--profile", "none", "--workflow-profile", "none", "--nolock", "study.h5mu"]
    environment = clean_environment(run / ".cache")
    return subprocess.run([*command, *options], cwd=run, env=environment, capture_output=True, check=False)


@pytest.mark.notebook
def test_paths_with_braces_and_times_in_the_future_never_reach_snakemake(tmp_path):
    run, study = tmp_path / "run {x} 'y' \"z\" β", tmp_path / "study {a} $b 'c'"
    run.mkdir()
    study.mkdir()
    (study / "samples.csv").write_text("sample_id\n")
    source = "open('study.h5mu', 'w').write(study)"
    notebook = write_notebook(tmp_path / "{note} 'book'.ipynb", source)
    cells = nbformat.read(notebook, 4)
    cells.cells[0].source = "study = ''"
    nbformat.write(cells, notebook)
    for path in (study / "samples.csv", notebook):
        os.utime(path, (4e9, 4e9))
    first = snakemake_on_the_graph(run, notebook, study)
    assert first.returncode == 0, (first.stdout + first.stderr).decode()
    assert (run / "study.h5mu").read_text() == str(study)
    (run / "benchmarks/01_data.tsv").unlink()
    again = snakemake_on_the_graph(run, notebook, study, needs=stage_needs(2100, 80_000, 1200))
    assert b"Nothing to be done" in again.stderr
    inputs = dict.fromkeys(("study", "cohort", "cell_lines"), "other")
    for what in ("notebook_sha256", "inputs_sha256", "library_sha256"):
        (run / "study.h5mu").write_text("old")
        changed = {what: inputs if what == "inputs_sha256" else "other"}
        assert snakemake_on_the_graph(run, notebook, study, **changed).returncode == 0
        assert (run / "study.h5mu").read_text() == str(study), what


EDITED = ("omics_lib/room/_inside.py", "omics_lib/room/table.json", "data_schema/x.schema.json")


@pytest.fixture
def copied_library(tmp_path, monkeypatch):
    """Checksum of a copy of the library, which has a room."""
    project = tmp_path / "project"
    shutil.copytree(_files.PACKAGE, project / "omics_lib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in EDITED:
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("1")

    def checksum() -> str:
        with monkeypatch.context() as patched:
            patched.setattr(_files, "PACKAGE", project / "omics_lib")
            return tree_sha256(library_files())

    return checksum


@pytest.mark.parametrize("edited", EDITED)
def test_library_has_another_checksum_when_a_file_in_a_folder_is_edited(tmp_path, copied_library, edited):
    before = copied_library()
    (tmp_path / "project" / edited).write_text("2")
    assert copied_library() != before


@pytest.mark.slow
def test_stage_runs_again_when_a_file_inside_a_room_is_edited(tmp_path, copied_library):
    run, study = tmp_path / "run", tmp_path / "study"
    run.mkdir()
    study.mkdir()
    (study / "samples.csv").write_text("sample_id\n")
    notebook = write_notebook(tmp_path / "note.ipynb", "open('study.h5mu', 'w').write(study)")
    cells = nbformat.read(notebook, 4)
    cells.cells[0].source = "study = ''"
    nbformat.write(cells, notebook)
    assert snakemake_on_the_graph(run, notebook, study, library_sha256=copied_library()).returncode == 0
    (run / "study.h5mu").write_text("old")
    (tmp_path / "project" / EDITED[0]).write_text("2")
    assert snakemake_on_the_graph(run, notebook, study, library_sha256=copied_library()).returncode == 0
    assert (run / "study.h5mu").read_text() == str(study)


def test_rendering_sees_no_settings_of_the_user(tmp_path, monkeypatch):
    staged = tmp_path / "staged"
    staged.mkdir()
    hostile_modules(staged)
    monkeypatch.chdir(staged)
    monkeypatch.setenv("MPLBACKEND", "no_such_backend")
    monkeypatch.setenv("PYTHONSTARTUP", "x")
    started = []

    class Build:
        returncode = 0

        def communicate(self):
            return (b"", None)

    monkeypatch.setattr(
        book, "start_process", lambda command, **options: started.append((command, options)) or Build()
    )
    book._build(tmp_path, staged, tmp_path / "out")
    ((command, options),) = started
    assert command[:2] == [sys.executable, "-P"]
    assert "PYTHONSTARTUP" not in options["env"] and options["env"]["HOME"] == str(tmp_path / "home")
    assert options["env"]["MPLBACKEND"].startswith("module://")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_home_that_cannot_be_written_is_no_home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(stat.S_IRUSR | stat.S_IXUSR)
    monkeypatch.setenv("HOME", str(home))
    assert _environment.home_if_usable() == {}


@pytest.mark.slow
def test_command_imports_nothing_from_the_python_path_or_the_working_folder(study_folder, tmp_path):
    foreign = tmp_path / "mine"
    foreign.mkdir()
    for name in ("random", "pandas", "numpy"):
        (foreign / f"{name}.py").write_text("raise SystemExit('hostile')\n")
    script = tmp_path / "omics-book"  # as pip writes it
    script.write_text("import sys\nfrom omics_lib.cli import main\nsys.exit(main())\n")
    command = [sys.executable, str(script), "check", str(study_folder())]
    environment = os.environ | {"PYTHONPATH": str(foreign), "HOME": "/nowhere", "PYTHONOPTIMIZE": "2"}
    done = subprocess.run(command, cwd=foreign, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
