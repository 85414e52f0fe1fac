"""One stage of a run: one notebook, executed in a kernel of its own."""

from ._execute import declared_parameters as declared_parameters
from ._same_bytes import number_styled_tables as number_styled_tables
