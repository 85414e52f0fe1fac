"""The references: each can be found."""

from __future__ import annotations

import re

from omics_lib._files import project_file


def test_no_reference_is_listed_twice():
    keys = re.findall(r"^@\w+\{(\w+),", project_file("book/references.bib").read_text(), flags=re.MULTILINE)
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_every_reference_has_a_doi_or_says_that_it_has_none():
    entries = re.split(r"^(?=@)", project_file("book/references.bib").read_text(), flags=re.MULTILINE)
    named = {match[1]: entry for entry in entries if (match := re.match(r"@\w+\{(\w+),", entry))}
    lost = [key for key, entry in named.items() if not re.search(r"doi\s*= \{10\.|note = \{No DOI\}", entry)]
    assert len(named) > 40 and lost == []
