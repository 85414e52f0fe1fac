"""A run as a Research Object Crate: what it was made of and what it wrote, for programs of other houses.

Made of the manifest alone, without names of samples, titles or the names of the study's files. It names no
licence of the results, which is for their owner to choose, and no day of the run, so that two runs give the
same bytes. The standard demands both: a licence that is none, and the day of the code stand for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rocrate.model import ContextEntity
    from rocrate.rocrate import ROCrate

CRATE = "ro-crate-metadata.json"
_STANDARD = "1.1"
_DESCRIPTION = (
    "Transcriptomics and metabolomics of the same samples, integrated by omics_lib. The date is that of the "
    "code, as a run holds none of its own; whoever publishes the run puts the day of that in its place."
)
_NO_LICENCE = {
    "name": "No licence",
    "description": "The results belong to the owner of the study, who alone can license them.",
}
_LIBRARY = "omics_lib"
_LICENCE = "https://spdx.org/licenses/MIT"
# Free text of whoever ran it, and places of their machine.
_PRIVATE = ("title", "na_values", "cohort", "cell_lines")
_FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".parquet": "application/vnd.apache.parquet",
    ".h5mu": "application/x-hdf5",
    ".ipynb": "application/x-ipynb+json",
}


def build_crate(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a run as an RO-Crate.

    Parameters
    ----------
    manifest : mapping
        As `build_manifest` returns it.

    Returns
    -------
    dict
        The content of `ro-crate-metadata.json`: the run is a `CreateAction` whose `instrument` is the library
        at its version and commit, whose `object`s are the study's files (numbered, with their sha256) and
        the parameters, and whose `result`s are the files of the run folder with theirs.

    Notes
    -----
    The same manifest gives the same crate, of version 1.1 of the standard. Whoever publishes it puts the day
    of that in the place of the day of the code, and the licence of the results in the place of none.

    References
    ----------
    Soiland-Reyes et al. (2022), doi:10.3233/DS-210053.
    """
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=_STANDARD)
    crate.root_dataset["datePublished"] = manifest["code_date"]
    crate.name = "A run of the book on multi-omics integration"
    crate.description = _DESCRIPTION
    crate.license = _entity(crate, "#licence", "CreativeWork", **_NO_LICENCE)
    results = [_file(crate, name, digest) for name, digest in sorted(manifest["outputs"].items())]
    numbered = enumerate(sorted(manifest["inputs"].values()), 1)
    inputs = [_entity(crate, f"#input-{i}", "CreativeWork", name=f"File {i} of the study", sha256=digest)
              for i, digest in numbered]  # fmt: skip
    action = _entity(crate, "#run", "CreateAction", name="All stages of the book")
    action["instrument"] = _software(crate, manifest)
    action["object"] = [*inputs, *_parameters(crate, manifest["parameters"])]
    action["result"] = results
    crate.root_dataset["mentions"] = action
    return crate.metadata.generate()


def _entity(crate: ROCrate, iri: str, kind: str, **values: Any) -> ContextEntity:
    from rocrate.model import ContextEntity

    return crate.add(ContextEntity(crate, iri, {"@type": kind, **values}))


def _file(crate: ROCrate, name: str, digest: str) -> Any:
    form = _FORMATS.get(PurePosixPath(name).suffix, "application/octet-stream")
    return crate.add_file(dest_path=name, properties={"sha256": digest, "encodingFormat": form})


def _software(crate: ROCrate, manifest: Mapping[str, Any]) -> list[ContextEntity]:
    """List the library, with its commit, and what it stood on."""
    commit = {"identifier": manifest["commit"]} if manifest["commit"] else {}
    tools = []
    for name, version in sorted(manifest["versions"].items()):
        own = {"license": {"@id": _LICENCE}, **commit} if name == _LIBRARY else {}
        tools.append(_entity(crate, f"#{name}", "SoftwareApplication", name=name, version=version, **own))
    return tools


def _parameters(crate: ROCrate, parameters: Mapping[str, Any]) -> list[ContextEntity]:
    public = {name: value for name, value in sorted(parameters.items()) if name not in _PRIVATE}
    return [
        _entity(crate, f"#parameter-{name}", "PropertyValue", name=name, value=_plain(value))
        for name, value in public.items()
    ]


def _plain(value: object) -> object:
    """Write what JSON-LD has no value for, lists and nothing, as text."""
    if value is None:
        return "null"
    return value if isinstance(value, str | int | float) else [str(each) for each in value]  # type: ignore[attr-defined]
