"""The line that cites the book says what `CITATION.cff` says."""

from __future__ import annotations

import datetime

import yaml

import omics_lib
from omics_lib._files import project_file
from omics_lib.book._citation import authors, cite

KNOWN = yaml.safe_load(project_file("CITATION.cff").read_text(encoding="utf-8"))


def test_citation_names_authors_year_title_and_version():
    assert cite("1.2.3") == (
        "the omics\\_lib developers (2026): *Multi-omics integration, recomputed: "
        "a reproducible methods book and omics\\_lib*. Version 1.2.3."
    )
    assert authors() == "the omics\\_lib developers"


def test_file_for_programs_has_what_its_format_asks_for():
    assert {"cff-version", "message", "title", "authors"} <= KNOWN.keys()
    assert isinstance(KNOWN["date-released"], datetime.date)


def test_version_and_day_are_those_of_the_library_and_of_its_change_log():
    heading = f"## {KNOWN['version']} - {KNOWN['date-released']}"
    assert KNOWN["version"] == omics_lib.__version__
    assert heading in project_file("CHANGELOG.md").read_text(encoding="utf-8").splitlines()
