"""What several tests of the sentences share."""

from __future__ import annotations

import re

import pandas as pd

from omics_lib.associations import Associations

NOUNS = (
    "sample|gene|metabolite|value|pair|latent|latent pair|known pair|permutation|file|edge|fold|feature|"
    "dimension|coordinate|sample name|correlation|time|degree|gene–metabolite pair|best pair"
)


def reads(text: str) -> str:
    """Check what no sentence may say, and hand it on."""
    assert not re.search(r"\b(nan|inf|NaN|None(?! is significant))\b", text), text
    assert not re.search(rf"(?<![\d.,])1 (?:{NOUNS})s\b", text), text
    assert not re.search(
        r"\b(0|[2-9]) (?:sample|gene|metabolite|pair|edge|file|latent)\b(?![ –][mnp])", text
    ), text
    assert "  " not in text
    assert text[0].isupper() or text[0].isdigit() or text.startswith("**"), text
    assert text.rstrip("*").endswith("."), text
    return text


def pairs_table(*rho, q=0.01):
    names = [(f"g{i}", f"m{i}", value) for i, value in enumerate(rho)]
    table = pd.DataFrame(names, columns=["gene", "metabolite", "rho"]).astype({"rho": float})
    return table.assign(p=q, q=q)


def found(*rho, n_tests=100, null=(), **changes):
    fields = {
        "pairs": pairs_table(*rho),
        "n_tests": n_tests,
        "n_significant": len(rho),
        "n_kept": len(rho),
        "n_family": 0,
        "p_threshold": 0.01 if rho else float("nan"),
        "null_kind": "exact",
        "histogram": pd.DataFrame({"abs_rho": [0.0], "n_pairs": [100], "n_permuted": [100.0]}),
        "threshold": min(map(abs, rho)) if rho else float("nan"),
        "degrees_of_freedom": 19,
        "strongest": pd.Series(
            {"gene": "g0", "metabolite": "m0", "rho": rho[0] if rho else 0.4, "p_family": 0.5}
        ),
        "strongest_profile": pd.DataFrame({"g0": [1.0, -1.0], "m0": [1.0, -1.0]}),
        "null": pd.DataFrame(list(null), columns=["max_abs_rho", "n_significant"]),
        "dropped": {"genes": [], "metabolites": []},
    }
    fields["pairs"] = fields["pairs"].assign(q_pooled=0.03) if len(null) else fields["pairs"]
    return Associations(**fields | changes)
