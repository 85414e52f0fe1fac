"""The modalities that the chapters integrate, and what a feature of each is called."""

from __future__ import annotations

from typing import Literal, get_args

Modality = Literal["transcriptomics", "metabolomics"]
MODALITIES: tuple[str, ...] = get_args(Modality)
_FEATURES: dict[str, str] = dict(zip(MODALITIES, ("gene", "metabolite"), strict=True))


def feature_word(modality: str) -> str:
    """Call a feature of a modality by its name.

    Examples
    --------
    >>> feature_word("transcriptomics"), feature_word("proteomics")
    ('gene', 'feature')
    """
    return _FEATURES.get(modality, "feature")
