"""What may be wrong with the parameters of a run: values at and beyond their bounds, of other types, in other forms."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from fuzz.grids import base
from fuzz.mutations import CELLS, NAMES, Mutated
from hypothesis import strategies as st

from omics_lib._files import project_file

_RULES = json.loads(project_file("data_schema/parameters.schema.json").read_text(encoding="utf-8"))[
    "properties"
]
_VALUES = [
    "", "~", "null", "true", "False", "yes", "[]", "{}", "[[]]", "-1", "0", "1", "2", "5", "6", "7", "11", "12", "64", "0.0",
    "-0.0", "0.05", "0.5", "1.0", "1e-2", "1e999", "-1e999", "1e-400", ".inf", "-.inf", ".nan", "nan", "4294967295",
    "4294967296", "9007199254740993", "1" + "0" * 21, "9" * 5000, "-" + "9" * 5000, "1" + "0" * 400 + ".0", "1_000", "0x10",
    "0o17", "0b11", "1:30", "2021-03-01", "2021-03-01T12:00:00Z", "!!binary aGk=", "!!python/object/apply:os.system [id]",
    "!!set {a}", "!!timestamp 2021-13-45", "!!int x", "!!float x", "!!bool x", "&a [*a]", "*a", "{a: 1, a: 2}", "{? [a] : 1}",
    "<<: 1", "[a, a]", "[a", "{a", "'a", '"\\ud800"', '"\\x00"', "a: b: c", "- a", "? a", "|\n a", "---", "...", "%TAG", "@", "`",
    "group", "batch", "age", "[group]", "[batch, age]", "[group, batch]", "[age]", "[nothing]", "[sample_id]", "[1]",
    "[null]", "['']", "met_2", "gene_1", "auto", "none", "counts", "abundance", "log", "clr", "cpm", "median_of_ratios",
    "exact", "loose", "described", "counted", "gcn", "gat", "known_pairs", "comma", "semicolon", "tab", "blank", ";", ",", ".",
    "\t", "utf-16", "utf-7", "latin-1", "rot13", "base64", "idna", "punycode", "unicode_escape", "undefined", "hex",
    "[64, 32]", "[0]", "[1" + ",1" * 2000 + "]", "[4294967296]", "[-9]", "['-9']", "['0']", "[nd]", "['1']", "x" * 100_000,
    "[" * 2000, "[" * 2000 + "]" * 2000, "{a: " * 500,
]  # fmt: skip
_CHEAP = ["n_latent=2", "n_folds=3", "n_permutations=50"]


@dataclass(repr=False)
class Asked(Mutated):
    """A valid study, and parameters that may not be."""

    options: list[str] = field(default_factory=list)
    file: bytes | None = None

    def __repr__(self) -> str:
        return f"{self.options!r:.500}\n{self.file!r:.500}"

    def write(self, folder: Path) -> None:
        """Write the study, and the parameters beside it."""
        super().write(folder)
        if self.file is not None:
            (folder.parent / "given.yml").write_bytes(self.file)

    def said(self, room: Path) -> list[str]:
        """Return the options of a command."""
        return self.options if self.file is None else [*self.options, "--params", str(room / "given.yml")]


_values = st.one_of(
    st.sampled_from(_VALUES), st.sampled_from(CELLS), st.sampled_from(NAMES), st.floats().map(repr), st.integers().map(str),
    st.lists(st.sampled_from(["group", "batch", "age", "a", "1", "null"]), max_size=4).map(lambda x: f"[{', '.join(x)}]"),
    st.text(st.characters(codec="utf-8"), max_size=8),
)  # fmt: skip


@st.composite
def _value_of(draw: st.DrawFn, name: str) -> str:
    """Draw a value: one that the schema names, or one at a bound of it, or any."""
    rules = [_RULES.get(name, {}), *_RULES.get(name, {}).get("anyOf", [])]
    known: list[str] = []
    for rule in rules:
        known += map(str, rule.get("enum", []))
        for bound in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if bound in rule:
                known += [str(rule[bound]), str(rule[bound] + 1), str(rule[bound] - 1), f"{rule[bound]}.0"]
    return draw(st.one_of(_values, st.sampled_from(known)) if known else _values)


@st.composite
def parameters(draw: st.DrawFn) -> Asked:
    """Draw one to three parameters, given with `--set` or in a file."""
    one = Asked(base())
    other = st.sampled_from(
        ["", "alhpa", "lipidomics_kind", "n_folds ", "__class__", "study", "run", "parameters", "x" * 9999]
    )
    in_file: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.one_of(st.sampled_from(sorted(_RULES)), st.sampled_from(sorted(_RULES)), other))
        value = draw(_value_of(name))
        if draw(st.booleans()) or "\x00" in name + value:
            in_file.append(f"{name}: {value}")
        else:
            one.options += ["--set", f"{name}={value}"]
    one.options = [option for option in one.options if len(option) < 120_000]  # the system's own limit
    if in_file or draw(st.integers(0, 5)) == 0:
        content = "\n".join(in_file).encode("utf-8", errors="surrogatepass")
        one.file = (
            content
            if draw(st.integers(0, 3))
            else content[: draw(st.integers(0, 40))] + draw(st.binary(max_size=9))
        )
    return one
