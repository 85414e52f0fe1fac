"""What a ranking of all pairs is: its scores, the kind of method behind them, and what that method knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from ..errors import ParameterError
from ._scores import PairScores

Kind = Literal["correlation", "baseline", "network", "null", "known", "learnt"]
TABLES, KNOWN_PAIRS, NULL = "tables", "known_pairs", "null_model"
KNOWLEDGE = (TABLES, KNOWN_PAIRS, NULL)
_KNOWLEDGE_OF: dict[Kind, str] = {
    "correlation": TABLES,
    "baseline": TABLES,
    "network": TABLES,
    "null": NULL,
    "known": KNOWN_PAIRS,
    "learnt": KNOWN_PAIRS,
}


@dataclass(frozen=True, eq=False)
class Ranking:
    """A ranking of all pairs; the name that it is shown by stands beside it, as its key.

    Attributes
    ----------
    scores : PairScores or DataFrame of shape (n_genes, n_metabolites), or None
        Higher is stronger; None for a method that could not be run here.
    kind : {"correlation", "baseline", "network", "null", "known", "learnt"}
        What the method is: Spearman's correlation, whatever was regressed out;
        any other rival; a graph network; the network on its null; known pairs
        of other metabolites without any score; the network that has learnt from
        them.

    Raises
    ------
    ParameterError
        If there is no such kind.
    """

    scores: PairScores | pd.DataFrame | None
    kind: Kind

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            expected = f"it must be one of {', '.join(get_args(Kind))}"
            raise ParameterError("kind", f"found {self.kind!r}", expected, "Correct it.")

    @property
    def knowledge(self) -> str:
        """What the ranking was made from: `tables` alone, `known_pairs` as well, or a `null_model`."""
        return _KNOWLEDGE_OF[self.kind]
