"""Exercises of chapters: what they may hold, what they are called, and the page that lists them."""

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from omics_lib.book._exercises import list_exercises, with_own_labels
from omics_lib.book._outputs import harmless_markdown

EXERCISE = ":::{exercise} How many? (easy)\n:label: how-many\n\nCount *all* of {term}`samples <sample>`.\n:::"
START, END = ":::{solution-start} how-many\n:class: dropdown\n:::", ":::{solution-end}\n:::"


QUESTION = ":::{dropdown} Is *that* so?\n\nNo, since **it** is not.\n:::"


@pytest.mark.parametrize("text", [EXERCISE, QUESTION, START, END])
def test_exercises_and_solutions_pass(text):
    assert harmless_markdown(text, roles=True) == text


@pytest.mark.parametrize(
    "text",
    [
        EXERCISE.replace("Count", "```{include} /etc/hosts\n```\n"),
        EXERCISE.replace("Count", "<script>1</script>"),
        QUESTION.replace("No", "{raw}`x`"),
        QUESTION.replace("\n\nNo", "\n:icon: x\n\nNo"),
        EXERCISE.replace("Count", "{raw}`x`"),
        EXERCISE.replace("How many?", "<b>x</b>"),
        EXERCISE.replace(":label: how-many", ":label: how-many\n:file: /etc/hosts"),
        EXERCISE.replace(":label: how-many", ":label: a b"),
        START.replace("how-many", "<b>"),
        ":::{solution-end}\n```{include} x\n```\n:::",
        ":::{include} /etc/hosts\n:::",
        ":::{figure} x.png\n:::",
    ],
)
def test_anything_else_in_an_exercise_shows_as_it_is_written(text):
    assert harmless_markdown(text, roles=True).startswith(r"::: \{".replace(" ", ""))


def test_exercises_of_outputs_are_no_exercises():
    assert harmless_markdown(EXERCISE) != EXERCISE


def test_labels_are_those_of_their_page():
    text = with_own_labels(EXERCISE + "\n\n" + START, "03_autoencoder_a")
    assert text.count("03_autoencoder_a-how-many") == 2
    assert ":label: ex-03_auto" in text and ":::{solution-start} ex-03_auto" in text


def test_page_lists_exercises_without_solutions(tmp_path):
    path = tmp_path / "01_data.ipynb"
    cells = [new_markdown_cell(text) for text in ("# Data", EXERCISE, START, "42", END)]
    nbformat.write(new_notebook(cells=cells), path)
    nbformat.write(new_notebook(cells=cells[:1]), tmp_path / "02.ipynb")
    text = list_exercises([("1 · Data", path), ("2 · Nothing", tmp_path / "02.ipynb")])
    assert text == (
        "## 1 · Data\n\n**How many? (easy)** Count *all* of {term}`samples <sample>`.\n\n→ {ref}`how-many`"
    )
