"""YAML as parameters are written in it: no key twice, numbers decimal, text as it stands."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from ..errors import ParameterError

# YAML 1.1 takes 18:1 for 1081 (base 60) and 010 for 8: here numbers are decimal.
_DECIMAL = {
    "tag:yaml.org,2002:int": re.compile(r"[-+]?(0|[1-9]\d*)$"),
    "tag:yaml.org,2002:float": re.compile(
        r"[-+]?((\d+\.\d*|\.\d+)([eE][-+]\d+)?|\.(inf|Inf|INF))$|\.(nan|NaN|NAN)$"
    ),
}


# What no honest file has: all that is read afterwards is small.
_LARGEST = 1_000_000  # bytes
_MOST_NODES = 10_000
_DEEPEST = 10
# What PyYAML raises on text that is no YAML, and on a value that is not what its tag says.
_NO_YAML = (yaml.YAMLError, RecursionError, ValueError, LookupError, TypeError, AttributeError)


class Decimal(yaml.SafeLoader):
    """YAML in which numbers are decimal, and in which a key that stands twice or an alias is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, _DECIMAL.get(tag, pattern)) for tag, pattern in known]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, stream: bytes | str) -> None:
        super().__init__(stream)
        self._nodes = self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse aliases, which multiply what they stand for, and more or deeper values than needed."""
        self._nodes, self._depth = self._nodes + 1, self._depth + 1
        beyond = {
            "an alias (`*`), which must be written out": self.check_event(yaml.AliasEvent),
            f"more than {_MOST_NODES:,} values": self._nodes > _MOST_NODES,
            f"values within values, more than {_DEEPEST} deep": self._depth > _DEEPEST,
        }
        for what, found in beyond.items():
            if found:
                raise yaml.composer.ComposerError(None, None, what, self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a dict from a mapping whose keys are all different."""
        keys: set[Hashable] = set()
        for node_of_key, _ in node.value:
            key = self.construct_object(node_of_key, deep=True)
            if key in keys:
                mark = node_of_key.start_mark
                raise yaml.constructor.ConstructorError(None, None, f"the key `{key}` stands twice", mark)
            keys.add(key)
        return super().construct_mapping(node, deep)


class AsWritten(Decimal):
    """YAML whose scalars are text, but for null: neither `NO` nor `18:1` means anything else."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in known if tag == "tag:yaml.org,2002:null"]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_yaml_file(path: Path) -> bytes:
    """Return the bytes of a YAML file; one that is missing or too large is a `ParameterError`."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        found, expected = f"cannot be read ({error.strerror})", "it must be a YAML file"
        raise ParameterError(str(path), found, expected, "Check the path.") from error
    _refuse_large(text, path.name)
    return text


def load_yaml(text: bytes | str, where: str, loader: type[yaml.SafeLoader] = Decimal) -> Any:
    """Read YAML; what is none is a `ParameterError` that says where."""
    _refuse_large(text, where)
    try:
        return yaml.load(text, Loader=loader)
    except _NO_YAML as error:
        mark = getattr(error, "problem_mark", None)
        why = str(getattr(error, "problem", None) or " ".join(str(error).split()))[:200]
        found = f"{why}, line {mark.line + 1}" if mark else why
        expected = "one `key: value` a line"
        raise ParameterError(where, f"not readable as YAML ({found})", expected, "Correct it.") from error


def _refuse_large(text: bytes | str, where: str) -> None:
    if len(text) > _LARGEST:
        found = f"larger than {_LARGEST / 1e6:g} MB"
        raise ParameterError(
            where, found, "it must be a file of parameters", "Check that it is the right one."
        )
