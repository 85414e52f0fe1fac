"""Names of metabolites and genes, brought to a form in which two spellings agree."""

from __future__ import annotations

import re
import unicodedata

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "κ": "kappa", "λ": "lambda", "μ": "mu", "π": "pi", "ω": "omega",
}  # fmt: skip

# What carries energy, electrons, groups or charge through a cell rather than being made there for its own
# sake, as a class known since Ma and Zeng (2003) as currency (or current) metabolites; the list is ours.
_CURRENCY = """
    H+ H2O O2 O2- H2O2 CO2 HCO3- NH3 NH4+ Pi PPi SO42- sulfate Na+ K+ Cl- Ca2+ Mg2+ Zn2+ Fe2+ Fe3+ chloride
    ATP ADP AMP GTP GDP UTP UDP CTP CDP ITP IDP dATP dADP NAD+ NADH NADP+ NADPH FAD FADH2 FMN FMNH2 CoA
    ubiquinone ubiquinol ubiquinone-10 ubiquinol-10 ubiquitin
"""
_TWO_WORDS = {"ferricytochrome c", "ferrocytochrome c", "reduced ferredoxin", "oxidized ferredoxin"}
CURRENCY = frozenset(_CURRENCY.casefold().split()) | _TWO_WORDS

# Sugars are D by nature, everything else is L: that prefix says nothing, the other one does.
_D_BY_NATURE = re.compile(r"(gluc|fruct|mann|galact|rib|eryth|glycer|sedohept|sorbit)")
_PREFIX = re.compile(r"(?<![a-z0-9])([dl])-(?=[a-z0-9(])")
_ANY_PREFIX = re.compile(r"(?<![a-z0-9])(?:(?:alpha|beta)-(?=[dl]-)|(?:dl|d|l)-(?=[a-z0-9(])|\([rs+-]\)-?)")
_ACID = re.compile(r"ic[\s_-]*acid(?![a-z])")
_KEGG = re.compile(r"(?:(?:kegg(?:\.compound)?|cpd)[:_]\s*)*(c\d{5})")
_HMDB = re.compile(r"(?:hmdb[:_]\s*)*hmdb(\d{5}|\d{7})")
_CHEBI = re.compile(r"(?:chebi[:_]?\s*)+(\d+)")

_SYNONYMS = {
    "AKG": ("2-oxoglutarate", "alpha-ketoglutarate", "2-ketoglutarate", "oxoglutarate"),
    "4-aminobutyrate": ("GABA", "gamma-aminobutyrate"),
    "GSH": ("glutathione", "reduced glutathione", "glutathione reduced"),
    "GSSG": ("oxidized glutathione", "glutathione oxidized", "glutathione disulfide"),
    "PEP": ("phosphoenolpyruvate",),
    "DHAP": ("dihydroxyacetone phosphate", "glycerone phosphate"),
    "SAM": ("S-adenosylmethionine",),
    "SAH": ("S-adenosylhomocysteine",),
    "CoA": ("coenzyme A",),
    "5-oxoproline": ("pyroglutamate",),
    "nicotinamide": ("niacinamide",),
    "nicotinate": ("niacin",),
    "inositol": ("myo-inositol",),
    "creatine-phosphate": ("phosphocreatine", "creatine phosphate"),
    "betaine": ("glycine betaine",),
    "OAA": ("oxaloacetate",),
    "ascorbate": ("vitamin C",),
    "D-glucitol": ("sorbitol",),
    "O-acetylcarnitine": ("acetylcarnitine",),
    "H2O": ("water",),
    "H+": ("proton",),
    "O2": ("oxygen",),
    "CO2": ("carbon dioxide",),
    "H2O2": ("hydrogen peroxide",),
    "NH3": ("ammonia", "ammonium", "NH4+"),
    "HCO3-": ("bicarbonate",),
    "Pi": ("phosphate", "orthophosphate"),
    "PPi": ("diphosphate", "pyrophosphate"),
    "NAD+": ("nicotinamide adenine dinucleotide",),
    **{
        f"{base[0].upper()}{letter}P": (f"{base} {count}phosphate", f"{base} 5'-{count}phosphate")
        for base in ("adenosine", "guanosine", "uridine", "cytidine", "inosine")
        for letter, count in (("M", "mono"), ("D", "di"), ("T", "tri"))
    },
}


def is_currency(name: str) -> bool:
    """Say whether a metabolite is one that nearly everything uses."""
    return name.casefold() in CURRENCY


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    for letter, word in _GREEK.items():
        text = text.replace(letter, word)
    return text


def _compact(text: str) -> str:
    """Drop what spellings differ by: acid or its salt, hyphens, spaces, brackets, charges."""
    text = _ACID.sub("ate", text.replace("phosphoric acid", "phosphate").replace("sulfuric acid", "sulfate"))
    text = re.sub(r"(?<=\d)[^a-z0-9]+(?=\d)", "_", text)  # 1,6 is not 16
    text = re.sub(r"[^a-z0-9_]|_(?!\d)|(?<!\d)_", "", text)
    return text.replace("butanoate", "butyrate").replace("propanoate", "propionate").replace("sulph", "sulf")


def _without_natural_prefix(match: re.Match[str]) -> str:
    natural = "d" if _D_BY_NATURE.match(match.string, match.end()) else "l"
    return "" if match[1] == natural else match[0]


def _spelled(name: str) -> str:
    return _compact(_PREFIX.sub(_without_natural_prefix, _plain(name)))


_SAME = {_spelled(other): _spelled(name) for name, others in _SYNONYMS.items() for other in others}


def name_key(name: str) -> str:
    """Return what two spellings of one metabolite have in common.

    Examples
    --------
    >>> [name_key(name) for name in ("D-Fructose 1,6-bisphosphate", "fructose-1,6-bisphosphate")]
    ['fructose1_6bisphosphate', 'fructose1_6bisphosphate']
    >>> name_key("L-alanine"), name_key("D-Alanine"), name_key("Lactic acid"), name_key("β-alanine")
    ('alanine', 'dalanine', 'lactate', 'betaalanine')
    """
    spelled = _spelled(name)
    return _SAME.get(spelled, spelled)


def bare_key(name: str) -> str:
    """Return `name_key` with every prefix of stereochemistry gone: D- and L-lactate agree."""
    key = _compact(_ANY_PREFIX.sub("", _plain(name)))
    return _SAME.get(key, key)


def identifier(name: str) -> str | None:
    """Return a KEGG, HMDB or ChEBI id in the form `kegg:C00022`; None where `name` is none.

    Examples
    --------
    >>> identifier("C00022"), identifier("HMDB00122"), identifier("CHEBI:15361"), identifier("citrate")
    ('kegg:C00022', 'hmdb:HMDB0000122', 'chebi:CHEBI:15361', None)
    >>> identifier("cpd:C00022"), identifier("hmdb:HMDB0000122"), identifier("chebi:15361")
    ('kegg:C00022', 'hmdb:HMDB0000122', 'chebi:CHEBI:15361')
    """
    text = name.strip().casefold()
    if found := _KEGG.fullmatch(text):
        return f"kegg:{found[1].upper()}"
    if found := _HMDB.fullmatch(text):
        return f"hmdb:HMDB{int(found[1]):07d}"
    if found := _CHEBI.fullmatch(text):
        return f"chebi:CHEBI:{found[1]}"
    return None


def parts(name: str) -> list[str]:
    """Split a name at each `/` that stands outside brackets: isomers measured as one.

    Examples
    --------
    >>> parts("citrate/isocitrate"), parts("PC(16:0/18:1)")
    (['citrate', 'isocitrate'], ['PC(16:0/18:1)'])
    """
    depth, pieces = 0, [""]
    for letter in name:
        depth += (letter in "([") - (letter in ")]")
        if letter == "/" and depth <= 0:
            pieces.append("")
        else:
            pieces[-1] += letter
    return [piece.strip() for piece in pieces if piece.strip()]


def gene_key(name: str) -> str:
    """Return a gene's name without the version of an Ensembl id."""
    return re.sub(r"^(ENSG\d{11})\.\d+(_PAR_Y)?$", r"\1", name.strip(), flags=re.IGNORECASE)
