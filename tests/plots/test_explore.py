from __future__ import annotations

import json
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest

from omics_lib.book._outputs import harmless_html
from omics_lib.plots import explore_network, explore_samples

HOSTILE = '<img src=x onerror="go()">'


def _data(explorable) -> dict:
    """Read the data as they stand in a page, behind the sanitiser."""
    (said,) = re.findall(r'data-\w+="([^"]*)"', harmless_html(explorable._repr_html_()))
    return json.loads(unescape(said))


@pytest.fixture
def pairs():
    return pd.DataFrame(
        {"gene": ["g2", "g1", "g2"], "metabolite": ["m", "m", HOSTILE], "rho": [0.91234, -0.5, 0.25]}
    )


def test_network_joins_names_by_their_places(pairs):
    data = _data(explore_network(pairs))
    joined = [(data["genes"][g], data["metabolites"][m], rho) for g, m, rho in data["pairs"]]
    assert joined == [("g2", "m", 0.912), ("g1", "m", -0.5), ("g2", HOSTILE, 0.25)]


def test_network_brings_no_element_but_its_own(pairs):
    assert re.findall(r"<\w+", explore_network(pairs)._repr_html_()) == ["<div"]


def test_samples_keep_their_shape_in_a_square():
    places = np.array([[0.0, 0.0], [4.0, 1.0], [2.0, 2.0]])
    samples = pd.DataFrame({"batch": ["A", "B", "A"]}, index=["S1", "S2", "S3"])
    data = _data(explore_samples({"genes": {"PCA": places}}, samples))
    assert data["names"] == ["S1", "S2", "S3"]
    assert data["panels"] == [{"title": "genes: PCA", "xy": [[0, 0.25], [1, 0.5], [0.5, 0.75]]}]
    assert data["columns"] == [{"name": "batch", "values": ["A", "B", "A"]}]


def test_samples_are_coloured_by_numbers_and_few_levels_alone():
    n = 12
    samples = pd.DataFrame(
        {"age": [np.nan, *range(1, n)], "code": [f"c{i}" for i in range(n)], "dose": [0, 1] * (n // 2)}
    )
    data = _data(explore_samples({"genes": {"PCA": np.zeros((n, 2))}}, samples))
    columns = {column["name"]: column["values"] for column in data["columns"]}
    assert list(columns) == ["age", "dose"]
    assert columns["age"][:2] == [None, 1.0] and columns["dose"][:2] == ["0", "1"]
