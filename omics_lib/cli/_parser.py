"""All commands and their options."""

from __future__ import annotations

import argparse

from . import (
    _audit,
    _check,
    _fetch,
    _grid,
    _init,
    _pretrain,
    _pseudonymize,
    _release,
    _render,
    _run,
    _simulate,
    _verify,
)

_COMMANDS = {
    "init": _init, "check": _check, "run": _run, "render": _render, "grid": _grid, "simulate": _simulate,
    "fetch": _fetch, "pretrain": _pretrain, "verify": _verify, "release": _release, "audit": _audit,
    "pseudonymize": _pseudonymize,
}  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """Describe the commands and their options."""
    parser = argparse.ArgumentParser(
        prog="omics-book",
        description="A methods book on multi-omics integration that recomputes itself on your study.",
        epilog="First: omics-book init STUDY, or check STUDY; then: run STUDY --out RUN; then: render RUN.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in _COMMANDS.items():
        sub = commands.add_parser(
            name, help=command.HELP, description=command.HELP[0].upper() + command.HELP[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        command.add(sub)
        sub.set_defaults(act=command.act)
    return parser
