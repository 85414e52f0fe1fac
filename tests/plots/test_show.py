from __future__ import annotations

import base64
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from omics_lib import plots
from omics_lib._words import Caption

CAPTION = Caption("Three **bars**.", "Bar chart of three totals: 3, 5 and 4.")


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """What was shown in the notebook; no other test's figure is open."""
    plt.close("all")
    found: list[tuple[dict[str, str], dict[str, Any]]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata, raw: found.append((data, metadata)))
    return found


def totals() -> Any:
    return plots.plot_totals(pd.Series([3.0, 5, 4]))


def test_figure_is_shown_with_its_words_and_closed(displayed):
    plots.show(totals(), CAPTION)
    [(data, metadata)] = displayed
    assert data["image/svg+xml"].startswith("<?xml")
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert base64.b64decode(data["application/pdf"]).startswith(b"%PDF")
    assert metadata == {"figure": {"caption": CAPTION.finding, "alt": CAPTION.shown, "name": ""}}
    assert not plt.get_fignums()


def test_figure_with_a_path_is_written_as_it_is_shown(displayed, tmp_path):
    plots.show(totals().figure, CAPTION, tmp_path / "totals")
    [(data, metadata)] = displayed
    assert metadata["figure"]["name"] == "totals"
    assert (tmp_path / "totals.svg").read_text() == data["image/svg+xml"]
    assert (tmp_path / "totals.pdf").read_bytes() == base64.b64decode(data["application/pdf"])
    assert (tmp_path / "totals.png").read_bytes() == base64.b64decode(data["image/png"])


def test_figure_is_shown_twice_with_the_same_bytes(displayed):
    plots.show(totals(), CAPTION)
    plots.show(totals(), CAPTION)
    assert displayed[0] == displayed[1]
