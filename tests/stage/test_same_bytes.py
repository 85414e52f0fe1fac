from __future__ import annotations

import uuid

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from omics_lib.stage._same_bytes import without_addresses, write_reproducible


def executed(path):
    """Write a notebook as papermill leaves it, with what no two runs share."""
    table, place = uuid.uuid4().hex[:5], f"{id(object()):#x}"
    html = f'<style>#T_{table}_row0 {{}}</style><table id="T_{table}"><tr id="T_{table}_row0"></tr></table>'
    data = {
        "text/html": html + f"&lt;function _lo...x7f5f{place[-8:]}&gt;",
        "text/plain": f"<Styler at {place}>",
    }
    bar = {"application/vnd.jupyter.widget-view+json": {"model_id": table}, "text/plain": "0%"}
    cell = new_code_cell("x", outputs=[new_output("display_data", data=d) for d in (bar, data)])
    cell.metadata |= {
        "papermill": {"start_time": uuid.uuid4().hex},
        "execution": {"iopub": place},
        "tags": ["a"],
    }
    times = {"start_time": uuid.uuid4().hex, "input_path": str(path)}
    nbformat.write(new_notebook(cells=[cell], metadata={"papermill": times, "widgets": {table: {}}}), path)
    return path


def test_two_executions_leave_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_reproducible(executed(tmp_path / f"{name}.ipynb"), tmp_path / name / "01_data.ipynb")
    one, two = ((tmp_path / name / "01_data.ipynb").read_bytes() for name in ("one", "two"))
    assert one == two
    (cell,) = nbformat.reads(one.decode(), as_version=4).cells
    assert cell.metadata == {"tags": ["a"]}
    assert cell.outputs[0].data["text/plain"] == "<Styler at 0x…>"


@pytest.mark.parametrize("text", ["0.1 and 0xff", "feature_0x12", "... 12 more", "a...b"])
def test_what_is_no_address_stays(text):
    assert without_addresses(text) == text
