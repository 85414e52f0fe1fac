"""YAML as parameters are written in it: no key twice, numbers decimal, text as it stands."""

from __future__ import annotations

import re
from collections.abc import Hashable
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


class Decimal(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, and numbers are decimal."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, _DECIMAL.get(tag, pattern)) for tag, pattern in known]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a dict from a mapping whose keys are all different."""
        keys: list[Hashable] = []
        for node_of_key, _ in node.value:
            key = self.construct_object(node_of_key, deep=True)
            if key in keys:
                mark = node_of_key.start_mark
                raise yaml.constructor.ConstructorError(None, None, f"the key `{key}` stands twice", mark)
            keys.append(key)
        return super().construct_mapping(node, deep)


class AsWritten(Decimal):
    """YAML whose scalars are text, but for null: neither `NO` nor `18:1` means anything else."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in known if tag == "tag:yaml.org,2002:null"]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def load_yaml(text: bytes | str, where: str, loader: type[yaml.SafeLoader] = Decimal) -> Any:
    """Read YAML; what is none is a `ParameterError` that says where."""
    try:
        return yaml.load(text, Loader=loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or " ".join(str(error).split())
        found = f"{why}, line {mark.line + 1}" if mark else why
        expected = "one `key: value` a line"
        raise ParameterError(where, f"not readable as YAML ({found})", expected, "Correct it.") from error
