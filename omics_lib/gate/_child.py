"""Read a file in a process of its own: what a C library does there, it does to nobody else.

The child may take so much memory and time, write nothing, and hands back nothing but data: names, numbers,
tables and errors of this library. Only on Linux; elsewhere the file is read here, after the same checks.
"""

from __future__ import annotations

import io
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import psutil

from .. import errors
from .._machine import memory_at_hand
from ..errors import OmicsError, StudyError
from ..processes import end_with_parent

_SECONDS = 600  # of a processor
_SPARE = 2**28  # for what is loaded on the way
# What a child may hand back. Their constructors do nothing but hold data.
_DATA = {
    ("builtins", "set"), ("builtins", "frozenset"), ("builtins", "slice"), ("collections", "Counter"),
    ("collections", "OrderedDict"), ("numpy", "ndarray"), ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"), ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"), ("numpy.core.numeric", "_frombuffer"),
    ("pandas", "DataFrame"), ("pandas", "Index"), ("pandas", "RangeIndex"),
    ("pandas.core.frame", "DataFrame"), ("pandas.core.internals.managers", "BlockManager"),
    ("pandas._libs.internals", "_unpickle_block"), ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.base", "Index"), ("pandas.core.indexes.range", "RangeIndex"),
    ("omics_lib.tables._table", "Table"), ("omics_lib.study._sources", "Draft"),
}  # fmt: skip
_REMEDY = "Take it out of the study, or export it again from where it was made."


class _OnlyData(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Let in data and errors, and refuse all else."""
        is_error = module == errors.__name__ and issubclass(getattr(errors, name, type(None)), OmicsError)
        if is_error or (module, name) in _DATA:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no data")


def in_child(where: str, act: Callable[..., Any], *given: Any) -> Any:
    """Call a function that reads a file, in a child process.

    Parameters
    ----------
    where : str
        The file, for errors.
    act : callable
        Reads it; returns data.
    *given : object
        What it is called with.

    Returns
    -------
    object
        What it returned.

    Raises
    ------
    OmicsError
        What it raised.
    StudyError
        If it crashed, or needed more memory or time than it may take.
    """
    if sys.platform != "linux":
        return act(*given)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    reading, writing = os.pipe()
    parent, child = os.getpid(), os.fork()
    if not child:
        os.close(reading)
        _be_child(parent, writing, act, given)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as stream:
            data = stream.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) or not data:
        raise _crashed(where, os.WTERMSIG(status) if os.WIFSIGNALED(status) else None)
    return _handed_back(where, data)


def _handed_back(where: str, data: bytes) -> Any:
    try:
        kind, content = _OnlyData(io.BytesIO(data)).load()
    except Exception as error:  # whatever a child that was taken over wrote
        found = "its reading gave no table"
        raise StudyError(where, found, "it must be a file that its own library can read", _REMEDY) from error
    if kind == "raised":
        raise content
    if kind == "bug":
        raise RuntimeError(content)
    if kind == "memory":
        raise _too_much(where)
    return content


def _be_child(parent: int, writing: int, act: Callable[..., Any], given: tuple[Any, ...]) -> NoReturn:
    """Read, hand back what came of it, and end without anything else of the parent's."""
    try:
        end_with_parent(parent=parent)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what C libraries say when they crash
        _limit()
        answer = _answer(act, given)
        with os.fdopen(writing, "wb") as stream:
            stream.write(answer)
        os._exit(0)
    finally:
        os._exit(1)


def _answer(act: Callable[..., Any], given: tuple[Any, ...]) -> bytes:
    try:
        return pickle.dumps(("given", act(*given)), protocol=5)
    except OmicsError as error:
        return pickle.dumps(("raised", error))
    except MemoryError:
        return pickle.dumps(("memory", None))
    except Exception as error:
        if "alloc" in str(error).lower():  # as C++ libraries put it
            return pickle.dumps(("memory", None))
        import traceback

        return pickle.dumps(("bug", "".join(traceback.format_exception(error))))


def _limit() -> None:
    taken = psutil.Process().memory_info().vms
    for limit, most in (
        (resource.RLIMIT_AS, taken + memory_at_hand() + _SPARE),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        soft, hard = resource.getrlimit(limit)
        given = [value for value in (soft, hard) if value != resource.RLIM_INFINITY]
        resource.setrlimit(limit, (min([most, *given]), hard))


def _crashed(where: str, number: int | None) -> StudyError:
    if number == signal.SIGXCPU:
        return StudyError(
            where, f"not read within {_SECONDS} s", "it must be a table that can be read", _REMEDY
        )
    if number == signal.SIGKILL:
        return _too_much(where)
    how = f", with {signal.Signals(number).name}" if number else ""
    found = f"the library that reads it crashed{how}"
    return StudyError(where, found, "it must be a whole file, as its program writes it", _REMEDY)


def _too_much(where: str) -> StudyError:
    found = f"more than the {memory_at_hand() / 1e9:.1f} GB of memory at hand are needed to read it"
    return StudyError(where, found, "it must fit into memory", "Take a smaller file, or a larger machine.")
