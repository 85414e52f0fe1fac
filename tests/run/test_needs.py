"""What stages ask for, and what they cost."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from run_helpers import ROOT

from omics_lib.run._needs import stage_needs

SPEND = """
import subprocess, sys
from omics_lib.processes import record_cost
subprocess.run([sys.executable, "-c", "bytearray(300 * 2**20)"])
record_cost("x", threads=3)
"""


def test_every_notebook_of_a_run_says_what_it_needs():
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert set(stage_needs(21, 800, 120, 1)) == notebooks | {"manifest"}
    assert set(stage_needs(21, 800, 120)) == (notebooks | {"manifest"}) - {"own_cohort"}


def test_values_of_a_cohort_take_memory_of_its_page_alone():
    small, large = (stage_needs(21, 800, 120, n_lent) for n_lent in (1, 40_000_000))
    assert [name for name in small if small[name]["mem_mb"] != large[name]["mem_mb"]] == ["own_cohort"]
    assert large["own_cohort"]["mem_mb"] - small["own_cohort"]["mem_mb"] > 40_000_000 * 8 // 2**20


def test_needs_grow_with_the_study_and_stay_below_a_small_node():
    small, full = stage_needs(36, 800, 120), stage_needs(21, 132_129, 6_980)
    for stage, needs in full.items():
        assert small[stage]["mem_mb"] <= needs["mem_mb"] <= 7000, stage
        assert small[stage]["runtime"] <= needs["runtime"] <= 240, stage
        assert small[stage]["threads"] == 1 <= needs["threads"] <= 4, stage
    assert full["04_associations"]["threads"] > 1
    assert stage_needs(210, 132_129, 6_980)["02_preprocessing"]["mem_mb"] > full["02_preprocessing"]["mem_mb"]


def test_every_rule_of_the_graph_declares_threads_memory_and_time():
    rules = (ROOT / "Snakefile").read_text().split("\nrule ")[1:]
    assert len(rules) > 10
    for rule in rules:
        name = rule.split(":", 1)[0]
        declared = all(word in rule for word in ("threads: needs", "mem_mb=needs", "runtime=needs"))
        assert declared == (name != "all"), name


@pytest.mark.slow
def test_cost_counts_the_peak_of_a_process_that_was_waited_for(tmp_path):
    # Through a shell: a process starts with the peak of the one that it was forked from, here all of pytest.
    between = ["sh", "-c", '"$0" -c "$1" || exit', sys.executable, SPEND]
    subprocess.run(between, cwd=tmp_path, check=True)
    with Path(tmp_path / "benchmarks/x.tsv").open() as table:
        (row,) = csv.DictReader(table, delimiter="\t")
    assert 300 < float(row["max_rss"]) < 400
    assert float(row["cpu_time"]) > 0 and 0 < float(row["s"]) < 60
    assert row["threads"] == "3"
