"""A parameters file for a study: what is set, what may be, and why, a comment above each."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .._escape import plain
from ..advice import Finding
from ..schema import default_parameters
from ..study import describe_column

PARAMETERS = "params.yml"
_WIDTH = 100
# What decides most, in the order in which one meets it, and why one would change it.
_WHY = {
    "title": "On the cover of the book; it never enters a release.",
    "transcriptomics_kind": "counts: log2(x + 1) is taken; log: the values are logarithms already, or "
    "otherwise ready; abundance: z-scored as they are; clr: parts of a whole.",
    "metabolomics_kind": "The same choice for the metabolites.",
    "metabolomics_log": "true where a few large values carry the z-scores. Spearman's rho does not change, "
    "the autoencoders do.",
    "normalise": "For counts: median_of_ratios or cpm brings the samples to one depth, so that genes do not "
    "correlate through it.",
    "covariates": "Columns of samples.csv that are regressed out of both tables: batches, sex, age. What is "
    "regressed out can no longer be found, so leave out what you ask about.",
    "groups": "Column within whose levels samples are exchangeable; permutations stay there.",
    "colour_by": "Column that colours the samples in figures; null: the first.",
    "alpha": "False discovery rate at which pairs are called significant.",
    "n_latent": "Width of the latent layer; auto: as many as the folds agree on beyond shuffled "
    "samples. With as many latents as samples the autoencoder is PCA.",
    "n_folds": "Folds of the cross-validation; each needs two samples.",
    "prior": "What refinement may learn from: known_pairs.csv where there is one (auto), nothing (none), "
    "or the human metabolic model (human_gem).",
    "target": "Metabolite whose candidate genes chapter 5 lists; null: the one with the best score.",
    "random_state": "Seed of everything that draws; the same seed gives the same bytes.",
}


def parameters_text(
    folder: Path, settings: Mapping[str, Any], findings: Sequence[Finding], samples: pd.DataFrame | None
) -> str:
    """Write the parameters file of a study as YAML.

    Parameters
    ----------
    folder : Path
        The study; its name is the title where none is set.
    settings : mapping
        All parameters. Those away from their defaults are set, the others stand as comments.
    findings : sequence of Finding
        What the values suggest; offered as comments, because nothing of it is done unasked.
    samples : DataFrame, optional
        Metadata, whose columns are named for those who choose covariates.

    Returns
    -------
    str
    """
    settings = dict(settings) | {"title": settings["title"] or plain(folder.resolve().name)[:200]}
    defaults = default_parameters()
    lines = [
        *_comment(f"Parameters of this study: {run_command(folder)}"),
        *_comment("What stands behind # is at its default; take the # away to set it."),
        *_comment("omics-book run --help lists all parameters."),
    ]
    others = [name for name in settings if name not in _WHY and settings[name] != defaults.get(name)]
    for name in (*_WHY, *others):
        lines += ["", *_comment(_WHY.get(name, "Set when this file was made."))]
        lines += _columns(samples) if name == "covariates" else ()
        lines.append(("" if settings[name] != defaults.get(name) else "# ") + _line(name, settings[name]))
        lines += _offers(name, findings)
    return "\n".join(lines) + "\n"


def run_command(folder: Path) -> str:
    """Write the command that runs a study with its parameters file, as a shell takes it."""
    study, parameters = (shlex.quote(str(path)) for path in (folder, folder / PARAMETERS))
    return f"omics-book run {study} --params {parameters} --out RUN"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(plain(text), _WIDTH)]


def _line(name: str, value: object) -> str:
    return f"{name}: {json.dumps(value, ensure_ascii=False)}"  # which is YAML


def _columns(samples: pd.DataFrame | None) -> Iterator[str]:
    for name, column in samples.items() if samples is not None else ():
        yield from _comment(f"{json.dumps(name, ensure_ascii=False)}: {describe_column(column)}")


def _offers(name: str, findings: Sequence[Finding]) -> Iterator[str]:
    """Say what `check` says about a parameter, and what it would set."""
    for finding in findings:
        offered = (finding.setting or "").split(", ")
        if offered[0].startswith(f"{name}: "):
            yield from _comment(finding.text)
            yield from (f"# {setting}" for setting in offered)
