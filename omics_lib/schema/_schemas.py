"""The schemas in `data_schema/`, one a table or document, and which file each is for."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from .._files import project_file

_ENDING = ".schema.json"


@cache
def read_schema(name: str) -> dict[str, Any]:
    """Read `data_schema/<name>.schema.json`; nobody may change what is returned."""
    return json.loads(project_file(f"data_schema/{name}{_ENDING}").read_text(encoding="utf-8"))


def schema_names() -> list[str]:
    """List the schemas that there are, by name.

    Examples
    --------
    >>> "associations" in schema_names()
    True
    """
    return sorted(path.name.removesuffix(_ENDING) for path in project_file("data_schema").glob(f"*{_ENDING}"))


def schema_of(file: str) -> str | None:
    """Find the schema of a file of a run.

    Parameters
    ----------
    file : str
        Its path in the run folder, with `/`.

    Returns
    -------
    str or None
        Name of the schema, None where the file has none.

    Examples
    --------
    >>> schema_of("metabolomics/latents.parquet")
    'latents'
    """
    for name in schema_names():
        schema = read_schema(name)
        patterns = [pattern.replace("<modality>", "*") for pattern in schema["x-files"]]
        if schema["x-folder"] == "run folder" and any(fnmatchcase(file, pattern) for pattern in patterns):
            return name
    return None
