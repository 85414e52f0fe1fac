"""The gate that files of strangers pass: checked first, read in a process of their own, within limits."""

from ._child import in_child as in_child
from ._hdf5 import inspect_hdf5 as inspect_hdf5
from ._limits import READING as READING
from ._limits import Counted as Counted
from ._limits import most_bytes as most_bytes
from ._limits import refuse_beyond as refuse_beyond
