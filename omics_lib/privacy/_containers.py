"""What containers of tables hold, for the audit: names, metadata and values of Parquet and HDF5 files."""

from __future__ import annotations

import io
from collections.abc import Iterator


class NotAudited(Exception):
    """A container cannot be opened, so nobody can say what it holds."""


def parquet_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the names, metadata and values of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(io.BytesIO(data)) as file:
            schema = file.schema_arrow
            about = [str(schema.metadata), *(f"{field.name} {field.metadata}" for field in schema)]
            yield "names and metadata", "\n".join([*about, str(file.metadata.metadata)]).encode()
            for key, value in {**(file.metadata.metadata or {}), **(schema.metadata or {})}.items():
                yield "metadata", key + b"\n" + value
            for batch in file.iter_batches(10_000, use_threads=False):
                for field, column in zip(batch.schema, batch.columns, strict=True):
                    yield (
                        field.name,
                        "\n".join(map(_plain, column.to_pylist())).encode("utf-8", "surrogatepass"),
                    )
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def _plain(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def hdf5_parts(data: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    """Give the names, attributes and values of an HDF5 file."""
    import h5py
    import numpy as np

    def attributes(where: h5py.HLObject) -> str:
        return "\n".join(f"{name} {where.attrs[name]!s}" for name in where.attrs)

    with h5py.File(io.BytesIO(data), "r") as file:
        names: list[str] = []
        found: list[tuple[str, bytes]] = [("attributes", attributes(file).encode())]

        def visit(name: str, link: object) -> None:
            names.append(f"{name} {getattr(link, 'path', '')} {getattr(link, 'filename', '')}")
            if isinstance(link, h5py.ExternalLink):
                raise NotAudited(f"{name} is a link to another file")

        file.visititems_links(visit)
        yield "names", "\n".join(names).encode("utf-8", errors="surrogateescape")

        def look(name: str, item: h5py.HLObject) -> None:
            found.append(
                (f"attributes of {name}", attributes(item).encode("utf-8", errors="surrogateescape"))
            )
            if isinstance(item, h5py.Dataset):
                if item.external or item.is_virtual:
                    raise NotAudited(f"{name} lies in another file")
                if item.nbytes > most:
                    raise NotAudited(f"{name} becomes too large")
                values = np.asarray(item[()])
                text = values.dtype.kind in "OSU" or values.dtype.names
                found.append((name, _joined(values) if text else values.tobytes()))

        file.visititems(look)
        yield from found


def _joined(values: object) -> bytes:
    import numpy as np

    cells = np.asarray(values).ravel().tolist()
    return b"\n".join(
        cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "replace") for cell in cells
    )
