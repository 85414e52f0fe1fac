"""Whether an HDF5 file holds its own data, of a size that can be read: asked before it is read."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from ..errors import StudyError
from ._limits import refuse_beyond

_MOST_OBJECTS = 200_000
_MOST_ATTRIBUTE = 2**24  # bytes
_MOST_CHUNK = 2**30
# gzip, shuffle, checksum, szip, nbit, scale-offset; lzf. Others would load a plugin.
_FILTERS = {1, 2, 3, 4, 5, 6, 32000}
_KEPT = "its data must lie in the file itself"
_REMEDY = "Read it where it was made, and write it again as one plain file."


def inspect_hdf5(path: Path, most: int) -> None:
    """Check an .h5ad or .h5mu file: no links, no data elsewhere, no objects, and no more than `most` bytes.

    Parameters
    ----------
    path : Path
    most : int
        Bytes that it may become.

    Raises
    ------
    StudyError
        If it has a link to another place or file, data in another file, values of a kind that tables do not
        have, a broken sparse matrix, or too much of anything.
    OSError, RuntimeError, KeyError, ValueError
        What h5py raises on a file that is damaged.
    """
    import h5py

    with h5py.File(path, "r", libver="latest") as file:
        _Inspection(path.name, most).group(file)


class _Inspection:
    def __init__(self, where: str, most: int) -> None:
        self.where, self.most = where, most
        self.n_bytes = 0.0
        self.seen: set[tuple[int, int]] = set()

    def refuse(self, found: str, expected: str = _KEPT) -> None:
        raise StudyError(self.where, found, expected, _REMEDY)

    def group(self, top) -> None:
        """Look at a group and all in it, each once."""
        import h5py

        waiting = [top]
        while waiting:
            group = waiting.pop()
            self.attributes(group)
            for name in group:
                link = group.get(name, getlink=True)
                shown = f"{group.name.rstrip('/')}/{name}"[:120]
                if not isinstance(link, h5py.HardLink):
                    goal = " ".join(filter(None, [getattr(link, "filename", ""), getattr(link, "path", "")]))
                    self.refuse(f"{shown} is a link to {goal[:120]}")
                self.once(group, name, shown, waiting)
            if _is_sparse(group):
                self.sparse(group)

    def once(self, group, name: str, shown: str, waiting: list) -> None:
        import h5py

        item = group[name]
        if not isinstance(item, h5py.Group | h5py.Dataset):
            self.refuse(f"{shown} is neither a group nor a dataset", "it must hold tables")
        about = h5py.h5o.get_info(item.id)
        if (about.fileno, about.addr) in self.seen:
            self.refuse(f"{shown} stands in it twice", "each part must stand in one place")
        self.seen.add((about.fileno, about.addr))
        if len(self.seen) > _MOST_OBJECTS:
            self.refuse(f"more than {_MOST_OBJECTS:,} objects", "a study has far fewer")
        if isinstance(item, h5py.Group):
            waiting.append(item)
        else:
            self.dataset(item, shown)

    def dataset(self, item, shown: str) -> None:
        properties = item.id.get_create_plist()
        if properties.get_external_count():
            self.refuse(f"{shown} lies in another file, {properties.get_external(0)[0]!r}")
        if item.is_virtual:
            self.refuse(f"{shown} is put together from other files")
        for i in range(properties.get_nfilters()):
            if properties.get_filter(i)[0] not in _FILTERS:
                self.refuse(
                    f"{shown} is packed in a way that needs a plugin", "it must be packed with gzip or lzf"
                )
        self.values(item.dtype, shown)
        width = max(item.dtype.itemsize, 1)
        if item.chunks and math.prod(map(float, item.chunks)) * width > _MOST_CHUNK:
            self.refuse(
                f"{shown} has pieces of {math.prod(map(float, item.chunks)) * width / 1e9:,.1f} GB",
                "less than 1 GB",
            )
        self.n_bytes += math.prod(map(float, item.shape or ())) * width
        refuse_beyond(f"{self.where}, {shown}", self.n_bytes, self.most)
        self.attributes(item)

    def values(self, dtype: np.dtype, shown: str) -> None:
        """Refuse objects, references and other kinds that a table does not have."""
        import h5py

        if dtype.names:
            for name in dtype.names:
                self.values(dtype[name], f"{shown}.{name}")
        elif (dtype.kind == "O" and h5py.check_string_dtype(dtype) is None) or (
            dtype.kind == "V" and dtype.subdtype is None
        ):
            self.refuse(f"{shown} holds objects", "it must hold numbers and text")

    def attributes(self, item) -> None:
        import h5py

        for name in item.attrs:
            attribute = h5py.h5a.open(item.id, name.encode("utf-8", "surrogateescape"))
            if math.prod(map(float, attribute.shape or ())) * attribute.dtype.itemsize > _MOST_ATTRIBUTE:
                self.refuse(
                    f"the attribute {name[:80]!r} of {item.name} is too large", "names and small notes"
                )

    def sparse(self, group) -> None:
        """Check that a sparse matrix lies within its shape; the library that reads it does not."""
        shape = np.asarray(group.attrs["shape"], dtype=np.float64).ravel()
        shown = f"the sparse matrix {group.name}"
        if len(shape) != 2 or not (np.isfinite(shape).all() and (shape >= 0).all()):
            self.refuse(f"{shown} has no shape", "it must be a matrix")
        refuse_beyond(f"{self.where}, {shown}", float(np.prod(shape)) * 8, self.most)
        starts, places, n_values = (
            np.asarray(group["indptr"]),
            np.asarray(group["indices"]),
            len(group["data"]),
        )
        by_row = _text(group.attrs.get("encoding-type", group.attrs.get("h5sparse_format", ""))).startswith(
            "csr"
        )
        n_major, n_minor = shape if by_row else shape[::-1]
        whole = all(values.ndim == 1 and values.dtype.kind in "iu" for values in (starts, places))
        fits = whole and len(starts) == n_major + 1 and len(places) == n_values and len(starts) > 0
        fits = fits and starts[0] == 0 and starts[-1] == n_values and bool((starts[1:] >= starts[:-1]).all())
        fits = fits and (not len(places) or bool(places.min() >= 0 and places.max() < n_minor))
        if not fits:
            self.refuse(f"{shown} has places outside of it", "all of its values must lie within its shape")


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _is_sparse(group) -> bool:
    return {"indptr", "indices", "data"} <= set(group) and "shape" in group.attrs
