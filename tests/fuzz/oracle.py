"""What every command owes, whatever it is given."""

from __future__ import annotations

import hashlib
import math
import os
import re
import unicodedata
from pathlib import Path

from fuzz.forks import Ended
from fuzz.grids import TABLES, Grid, Grids, number
from hypothesis import HealthCheck, Phase, settings

NIGHTLY = os.environ.get("OMICS_NIGHTLY") == "1"
LONGEST_S, LARGEST_MB = 20, 1024
# A line for each thing that is wrong.
_MESSAGE = re.compile(r"omics-book: (?:[^\n]+?: [^\n]+?; [^\n]+?\. [^\n]+\n|[^\n]+: and [\d,]+ more\.\n)+")


def examples(n: int) -> settings:
    """Ask for so many examples, the same ones every time; at night for ten times as many, new ones."""
    unhurried = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=10 * n if NIGHTLY else n,
        derandomize=not NIGHTLY,
        database=None,
        print_blob=True,
        deadline=None,
        phases=list(Phase) if NIGHTLY else [Phase.generate],  # to make an example smaller takes minutes
        suppress_health_check=unhurried,
    )


def fingerprint(folder: Path) -> dict[str, str]:
    """Describe every file, link and folder below a folder."""
    return {
        str(path.relative_to(folder)): os.readlink(path)
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "a folder"
        for path in sorted(folder.rglob("*"))
    }


def ended_well(ended: Ended, longest_s: float = LONGEST_S, largest_mb: float = LARGEST_MB) -> None:
    """Hold that a command did its work or refused it in so many words, in time, and left nothing about."""
    said = f"exit code {ended.code} after {ended.seconds:.1f} s\n{ended.out[-2000:]}\n{ended.err[-4000:]}"
    assert ended.code in (0, 2), said
    assert "Traceback" not in ended.out + ended.err, said
    assert ended.seconds < longest_s, said
    assert ended.peak_mb < largest_mb, f"{ended.peak_mb:.0f} MB; {said}"
    assert ended.left == [], ended.left
    if ended.code == 2:
        assert _MESSAGE.fullmatch(ended.err), said
        assert len(ended.err) < 5000, said
    everything = ended.out + ended.err
    loud = [c for c in everything if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf")]
    assert not loud, f"{loud}: {said}"


def same_numbers(grids: Grids, study) -> None:
    """Hold that every value of a study that was read is the one that stands in its tables, by its names."""
    ids = [row[0] for row in grids["samples"][1:] if any(cell.strip() for cell in row)]
    for name in TABLES:
        table = study[name].to_df()
        values = _by_name(grids[name], set(ids))
        for (sample, feature), found in table.stack(future_stack=True).items():
            stands = number(values[sample, feature])
            same = math.isclose(found, stands, rel_tol=1e-14) or (math.isnan(found) and math.isnan(stands))
            assert same, (name, sample, feature, found)  # a workbook keeps 15 digits
        left_out = {feature for _, feature in values} - set(table.columns)
        for feature in left_out:
            left = {number(values[sample, feature]) for sample in table.index}
            assert len({value for value in left if not math.isnan(value)}) <= 1, (name, feature)


def _by_name(grid: Grid, ids: set[str]) -> dict[tuple[str, str], str]:
    """Look up a table's cells by sample and feature, whichever way round it is."""
    rows = [row for row in grid if any(cell.strip() for cell in row)]
    header, *body = rows
    upright = len(ids & {row[0] for row in body}) >= len(ids & set(header[1:]))
    cells = [(row[0], name, cell) for row in body for name, cell in zip(header[1:], row[1:], strict=False)]
    return {(one, other) if upright else (other, one): cell for one, other, cell in cells if one and other}
