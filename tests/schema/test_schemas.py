"""The schemas in `data_schema/`: complete, true of what comes in, and what the dictionary is made from."""

from __future__ import annotations

import re

import jsonschema
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib._files import project_file
from omics_lib.book._dictionary import data_dictionary
from omics_lib.errors import RunError
from omics_lib.schema import read_schema, schema_names, schema_of, validate_table


def rules(schema):
    """Yield every rule of a column or a key, by name."""
    others = schema.get("additionalProperties")
    yield from schema.get("properties", {}).items()
    if isinstance(others, dict) and "pattern" not in others and "x-folder" in schema:
        yield "every other", others
    for rule in schema.get("properties", {}).values():
        yield from rules(rule.get("items", rule))


@pytest.mark.parametrize("name", schema_names())
def test_schema_is_valid_and_says_what_everything_means(name):
    schema = read_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"{name}.schema.json"
    assert all(schema[key] for key in ("title", "description", "x-folder", "x-files", "x-written-by"))
    assert [column for column, rule in rules(schema) if not rule.get("description", "").endswith(".")] == []
    assert set(schema.get("required", [])) <= set(schema["properties"])


def test_tables_of_a_simulated_study_fit_their_schemas(tmp_path):
    study = ol.write_study_folder(ol.simulate_study(12, 30, 10, "modules", random_state=0), tmp_path / "s")
    for name in ("transcriptomics", "metabolomics", "samples", "known_pairs"):
        validate_table(pd.read_csv(study / f"{name}.csv"), name)
    validate_table(pd.read_csv(study / "metabolomics.csv"), "modality")


def test_columns_that_a_schema_does_not_name_are_checked_too():
    table = pd.DataFrame({"sample_id": ["S1", "S2"], "latent_01": [0.5, None]})
    with pytest.raises(RunError, match="latents, column latent_01: 1 missing values"):
        validate_table(table, "latents")
    with pytest.raises(RunError, match="they must be numbers"):
        validate_table(table.assign(latent_01="x"), "latents")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("associations.parquet", "associations"),
        ("proteomics/latents.parquet", "latents"),
        ("transcriptomics.csv", None),  # of a study
        ("notebooks/01_data.ipynb", None),
    ],
)
def test_schema_of_a_file_is_told_from_its_path(file, name):
    assert schema_of(file) == name


def test_dictionary_has_every_table_and_every_column():
    text = data_dictionary()
    for name in set(schema_names()) - {"parameters"}:
        schema = read_schema(name)
        assert f"### `{schema['x-files'][0]}`" in text
        section = text.partition(f"### `{schema['x-files'][0]}`")[2].partition("###")[0]
        for column in schema["properties"]:
            assert re.search(rf"^\\| `{re.escape(column)}`", section, re.MULTILINE), (name, column)


def test_dictionary_is_a_page_of_the_book():
    assert "book/data_dictionary" in project_file("book/_toc.yml").read_text(encoding="utf-8")
    assert "{{ data_dictionary }}" in project_file("book/data_dictionary.md").read_text(encoding="utf-8")
