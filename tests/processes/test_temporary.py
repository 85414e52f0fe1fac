from __future__ import annotations

import stat
import subprocess
import sys

import pytest

from omics_lib.processes import temporary_folder


def test_folder_is_private_and_goes_with_what_is_in_it(tmp_path):
    with temporary_folder(tmp_path) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "left").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_folder_goes_when_something_is_raised(tmp_path):
    with pytest.raises(KeyboardInterrupt), temporary_folder(tmp_path):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_folder_of_a_killed_process_goes_with_the_next_one_and_no_other(tmp_path):
    program = (
        "import os, sys\nfrom omics_lib.processes import temporary_folder\n"
        "with temporary_folder(sys.argv[1]):\n    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    (tmp_path / "omics-of-somebody").mkdir()
    (tmp_path / "omics-link").symlink_to(tmp_path / "omics-of-somebody")
    with temporary_folder(tmp_path) as mine, temporary_folder(tmp_path) as other:
        assert not left.exists() and mine.exists() and other.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["omics-link", "omics-of-somebody"]
