"""Read a YAML document and check it against its JSON Schema in `data_schema/`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from ..errors import ParameterError, together
from ._schemas import read_schema
from ._yaml import AsWritten, load_yaml, read_yaml_file


def read_document(path: Path, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a YAML document.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Of its schema, `data_schema/<name>.schema.json`.

    Returns
    -------
    read, written : dict
        As YAML understands it, and with every value as the text that stands there.

    Raises
    ------
    ParameterError
        If the file cannot be read, or does not fit the schema: every place is named.
    """
    import jsonschema

    text = read_yaml_file(path)
    content = load_yaml(text, path.name)
    schema = read_schema(name)
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(content), key=lambda e: e.json_path)
    if errors:
        raise together(
            [_violation(jsonschema.exceptions.best_match([error]), schema, path) for error in errors]
        )
    return content, load_yaml(text, path.name, AsWritten)


def _violation(wrong: Any, schema: dict[str, Any], path: Path) -> ParameterError:
    """Say where a document does not fit its schema, and what was expected there."""
    place = wrong.json_path.removeprefix("$").removeprefix(".")
    message = wrong.message if len(wrong.message) <= 160 else f"{wrong.message[:157]}..."
    expected = wrong.schema.get("description", schema["description"]).removesuffix(".")
    where = f"{path.name}, {place}" if place else path.name
    return ParameterError(where, message, f"expected: {expected}", _remedy(wrong))


def _remedy(error: Any) -> str:
    """Name the key that was meant, where one was mistyped."""
    known = error.schema.get("properties", {})
    if error.validator == "additionalProperties":
        for key in set(error.instance) - set(known):
            if close := difflib.get_close_matches(str(key), known, n=1, cutoff=0.5):
                return f"Did you mean `{close[0]}`?"
        return f"The keys there are {', '.join(known)}."
    return "Correct it."
