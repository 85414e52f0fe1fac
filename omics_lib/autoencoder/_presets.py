"""Architectures of the autoencoders: the source study's, and one that suits small studies."""

from __future__ import annotations

from typing import Any, Literal

from .._modalities import MODALITIES, Modality
from ..errors import ParameterError
from ._network import Shape, count_weights

_ARCHITECTURES: dict[tuple[str, str], dict[str, Any]] = {
    ("transcriptomics", "described"): {"hidden": (8192, 1024, 128), "batch_norm": False, "skip": False},
    ("transcriptomics", "counted"): {"hidden": (2048, 512, 128), "batch_norm": True, "skip": False},
    ("metabolomics", "described"): {"hidden": (1024, 256), "batch_norm": False, "skip": False},
    ("metabolomics", "counted"): {"hidden": (2048, 512, 128), "batch_norm": True, "skip": False},
}


def autoencoder_preset(
    modality: Modality,
    variant: Literal["auto", "described", "counted"] = "auto",
    n_samples: int | None = None,
) -> dict[str, Any]:
    """Return the architecture of the source study, or the one that this book recommends.

    Parameters
    ----------
    modality : {"transcriptomics", "metabolomics"}
        Which of the two autoencoders.
    variant : {"auto", "described", "counted"}
        `described`: the layers as the source lists them; `counted`: the layers
        that give the number of parameters it states; `auto`: one hidden layer
        beside a linear path that starts at the principal components, of 512
        units below 1,000 samples and of 2,048 from there.
    n_samples : int, optional
        Size of the study, for `auto`; unknown counts as small.

    Returns
    -------
    dict
        Keyword arguments `hidden`, `batch_norm` and `skip` for `OmicsAutoencoder`.

    Raises
    ------
    ParameterError
        If there is no such preset.

    Examples
    --------
    >>> autoencoder_preset("metabolomics", "described")
    {'hidden': (1024, 256), 'batch_norm': False, 'skip': False}
    """
    if variant == "auto" and modality in MODALITIES:
        return {"hidden": (512 if (n_samples or 0) < 1000 else 2048,), "batch_norm": False, "skip": True}
    if (modality, variant) not in _ARCHITECTURES:
        known = ", ".join(f"{m} {v}" for m, v in _ARCHITECTURES)
        found = f"found {modality} {variant}"
        expected = f"there are presets for {known}"
        raise ParameterError("variant", found, expected, "Choose one, or give `hidden`.")
    return dict(_ARCHITECTURES[modality, variant])


def count_parameters(n_features: int, n_latent: int = 64, **shape: Any) -> int:
    """Count the trainable parameters of an autoencoder without allocating one.

    Parameters
    ----------
    n_features, n_latent : int
        Width of the input and of the latent layer.
    **shape
        `hidden`, `batch_norm` and `skip`, as `autoencoder_preset` returns them.

    Returns
    -------
    int

    Examples
    --------
    >>> f"{count_parameters(132_129, **autoencoder_preset('transcriptomics', 'described')):,}"
    '2,182,008,161'
    """
    return count_weights(n_features, Shape(n_latent=n_latent, **shape))
