"""A study that does not fit into memory is refused before anything is written."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import omics_lib as ol
from omics_lib.cli import main
from omics_lib.run import _memory, _needs
from omics_lib.run._needs import stage_needs

GB = 10**9


def has(monkeypatch, n_bytes: int) -> None:
    monkeypatch.setattr(_memory, "memory_at_hand", lambda: n_bytes)


def largest(n_samples: int, n_genes: int, n_metabolites: int) -> int:
    return max(needs["mem_mb"] for needs in stage_needs(n_samples, n_genes, n_metabolites).values()) * 2**20


@pytest.fixture
def wide(tmp_path):
    """A study of 30,000 genes, many of which few samples have."""
    study = tmp_path / "wide"
    ol.write_study_folder(ol.simulate_study(12, 30_000, 20, "tissues", random_state=0), study, "parquet")
    return study


@pytest.mark.parametrize("command", ["check", "run"])
def test_study_too_large_for_the_memory_is_refused_with_what_would_fit(
    command, wide, tmp_path, monkeypatch, capsys
):
    most = 20_000
    has(monkeypatch, largest(12, most, 20))
    run = tmp_path / "run"
    options = ["--out", str(run)] if command == "run" else []
    settings = ["--set", "n_permutations=19"]
    assert main([command, str(wide), *options, *settings]) == 2
    said = capsys.readouterr()
    [line] = [line for line in said.err.splitlines() if line.startswith("omics-book: ")]
    assert re.search(rf"memory: .* at hand for .* needs {largest(12, 30_000, 20):,} bytes", line)
    fits = int(re.search(r"ake a study of at most ([\d,]+) genes; or work where", line)[1].replace(",", ""))
    assert most <= fits < 30_000
    assert largest(12, fits, 20) <= largest(12, most, 20) < largest(12, fits + 1, 20)
    assert not run.exists()


def test_filter_that_makes_a_study_fit_is_named_and_then_accepted(wide, monkeypatch, capsys):
    monkeypatch.setitem(_needs._BYTES, "05_refinement", (100_000, 0, 0))  # as where it is what takes most
    has(monkeypatch, stage_needs(12, 30_000, 20, n_kept=20_000)["05_refinement"]["mem_mb"] * 2**20)
    assert main(["check", str(wide)]) == 2
    share, kept = re.search(
        r"Set min_detected to ([\d.]+), which keeps ([\d,]+) genes; or take", capsys.readouterr().err
    ).groups()
    detected = (ol.read_study(wide)["transcriptomics"].X > 0).mean(axis=0)
    assert int(kept.replace(",", "")) == (detected >= float(share)).sum() <= 20_000
    assert (detected >= float(share) - 0.1).sum() > 20_000
    assert main(["check", str(wide), "--set", f"min_detected={share}"]) == 0


def test_study_that_fits_exactly_is_not_refused(wide, monkeypatch):
    has(monkeypatch, largest(12, 30_000, 20))
    assert main(["check", str(wide)]) == 0


def test_memory_too_small_for_any_study_is_said_so(study_folder, monkeypatch, capsys):
    has(monkeypatch, GB // 10)
    assert main(["check", str(study_folder())]) == 2
    said = capsys.readouterr().err
    assert said.endswith(" bytes (2.1 GB). Work where there is more memory.\n") and "at most" not in said


def test_files_too_large_to_be_read_are_refused_unread(study_folder, monkeypatch, capsys):
    folder = study_folder()
    monkeypatch.setattr("omics_lib.run._run.read_study", lambda *given: pytest.fail("it was read"))
    size = sum(
        (folder / f"{name}.csv").stat().st_size for name in ("transcriptomics", "metabolomics", "samples")
    )
    has(monkeypatch, 2 * size)
    assert main(["check", str(folder)]) == 2
    assert f"reading them takes at least {4 * size:,} bytes" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "run"])
def test_cohort_too_large_for_the_memory_is_refused_and_a_smaller_one_asked_for(
    command, tmp_path, monkeypatch, capsys
):
    both = ol.simulate_study(42, 60, 20, random_state=0)
    for name, part in (("study", both[:12].copy()), ("cohort", both[12:].copy())):
        ol.write_study_folder(part, tmp_path / name)
    has(monkeypatch, largest(12, 60, 20))
    monkeypatch.setattr(_needs, "_LENT", 10**6)
    options = ["--out", str(tmp_path / "run")] if command == "run" else []
    assert main([command, str(tmp_path / "study"), *options, "--set", "cohort=../cohort"]) == 2
    said = capsys.readouterr().err
    assert "with a cohort of 2,400 values; own_cohort needs" in said
    assert "Take a cohort of fewer samples or genes; or" in said
    assert not (tmp_path / "run").exists()
    if command == "check":
        assert main(["check", str(tmp_path / "study")]) == 0


def test_files_of_a_cohort_too_large_to_be_read_are_refused_unread(tmp_path, monkeypatch, capsys):
    both = ol.simulate_study(24, 60, 20, random_state=0)
    for name, part in (("study", both[:12].copy()), ("cohort", both[12:].copy())):
        ol.write_study_folder(part, tmp_path / name)
    with (tmp_path / "cohort/metabolomics.csv").open("ab") as large:
        large.truncate(10**10)
    monkeypatch.setattr("omics_lib.run._run.read_cohort", lambda *given: pytest.fail("it was read"))
    has(monkeypatch, 3 * GB)
    assert main(["check", str(tmp_path / "study"), "--set", "cohort=../cohort"]) == 2
    assert "at hand for the cohort's tables of 10.0 GB" in capsys.readouterr().err


def test_cluster_has_its_own_memory(study_folder, tmp_path, monkeypatch):
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile/config.yaml").write_text("jobs: 1\n")
    monkeypatch.setattr("omics_lib.run._run.run_workflow", lambda *given, **more: None)
    has(monkeypatch, GB)
    command = ["run", str(study_folder()), "--out", str(tmp_path / "run")]
    assert main(command) == 2
    assert main([*command, "--profile", str(tmp_path / "profile")]) == 0


LIMITED = """
import resource, sys
from omics_lib.cli import main
import omics_lib.run
resource.setrlimit(getattr(resource, sys.argv[1]), (int(sys.argv[2]), int(sys.argv[2])))
sys.exit(main(sys.argv[3:]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to its limit")
def test_limit_of_the_user_is_memory_at_hand(study_folder):
    command = [sys.executable, "-c", LIMITED, "RLIMIT_DATA", str(GB), "check", str(study_folder())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "memory: 1.0 GB at hand" in done.stderr and "Traceback" not in done.stderr


def test_lack_of_memory_in_a_command_is_one_line(study_folder, monkeypatch, capsys):
    def fill(*given):
        raise MemoryError

    monkeypatch.setattr("omics_lib.run._run.read_study", fill)
    assert main(["check", str(study_folder())]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"omics-book: memory: none left at a peak of [\d.]+ GB; .* more memory\.", line)
