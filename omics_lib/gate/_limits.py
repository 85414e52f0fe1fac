"""What a packed file may become: stated, settable, and counted while it is unpacked."""

from __future__ import annotations

import io

from .._machine import memory_at_hand
from ..errors import StudyError

# A table of text becomes numbers of eight bytes, and is held as text, as numbers and turned.
READING = 4


def most_bytes(max_unpacked_gb: float) -> int:
    """Return how many bytes a file may become: so many GB, and no more than fits into the memory at hand."""
    return int(min(max_unpacked_gb * 1e9, memory_at_hand() // READING))


def refuse_beyond(where: str, n_bytes: float, most: int) -> None:
    """Check a number of bytes against the most that a file may become.

    Raises
    ------
    StudyError
        If it is more.
    """
    if n_bytes > most:
        found = f"becomes {n_bytes / 1e9:,.1f} GB or more once unpacked"
        expected = f"{most / 1e9:,.1f} GB are allowed, by `max_unpacked_gb` and the memory at hand"
        remedy = (
            "If the file is to be trusted, give for example --set max_unpacked_gb=64, or take a smaller one."
        )
        raise StudyError(where, found, expected, remedy)


class Counted(io.RawIOBase):
    """A stream that gives no more than `most` bytes, and then one clear error.

    Parameters
    ----------
    stream : binary stream
        What unpacks.
    where : str
        File, for the error.
    most : int
        Bytes.
    """

    def __init__(self, stream: io.BufferedIOBase, where: str, most: int) -> None:
        self._stream, self._where, self._most, self._given = stream, where, most, 0

    def readable(self) -> bool:
        """Tell that it is for reading."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read into a buffer."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._given += len(data)
        refuse_beyond(self._where, self._given, self._most)
        return len(data)

    def close(self) -> None:
        """Close the stream beneath as well."""
        self._stream.close()
        super().close()
