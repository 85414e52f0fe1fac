"""The `omics-book` command: a file a command, thin, each calls one function of the library."""

from ._main import main as main
from ._parser import build_parser as build_parser
