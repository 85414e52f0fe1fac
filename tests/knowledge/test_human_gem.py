from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omics_lib.errors import ParameterError, StudyError
from omics_lib.knowledge import learnable_pairs, prior_pairs, read_human_gem
from omics_lib.knowledge._human_gem import metabolic_prior
from omics_lib.knowledge._match import match_metabolites
from omics_lib.knowledge._names import bare_key, name_key
from omics_lib.knowledge._prior import metabolite_kin
from omics_lib.knowledge._sbml import COLUMNS

# A model small enough to work out by hand: (reaction, left, right, genes).
REACTIONS = [
    ("R1", ["citrate_c"], ["isocitrate_c", "H2O_c"], "ACO1"),
    ("R2", ["isocitrate_c", "H2O_c"], ["AKG_c"], "(IDH1 and IDH2) or GLUD1"),
    ("R3", ["AKG_c", "alanine_c"], ["glutamate_c", "pyruvate_c"], "GPT"),
    ("R4", ["citrate_c"], ["citrate_m"], "SLC25A1"),
    ("R5", ["pyruvate_c"], ["D-lactate_c"], "LDHD"),
    ("R6", ["pyruvate_c"], ["L-lactate_c"], "LDHA or LDHB"),
    ("R7", ["glutamate_c"], ["urea_c"], ""),
    ("R8", ["urea_c"], ["alanine_c"], "AAA"),
    ("R9", ["2-hydroxyglutarate_c"], ["AKG_c"], "L2HGDH"),
    ("R10", ["2-Hydroxy-Glutarate_c"], ["AKG_c"], "D2HGDH"),
    ("R11", ["carbamide_c"], ["NH3_c"], "BBB"),
]
IDS = {
    "pyruvate": ("kegg.compound", "C00022"),
    "citrate": ("hmdb", "HMDB0000094"),
    "urea": ("chebi", "CHEBI:16199"),
    "carbamide": ("chebi", "CHEBI:16199"),
    "alanine": ("bigg.metabolite", "ala__L"),
}
CORE = "http://www.sbml.org/sbml/level3/version1/core"
FBC = "http://www.sbml.org/sbml/level3/version1/fbc/version2"
ENSEMBL = {
    symbol: f"ENSG{number:011d}"
    for number, symbol in enumerate(
        [
            "ACO1",
            "IDH1",
            "IDH2",
            "GLUD1",
            "GPT",
            "SLC25A1",
            "LDHD",
            "LDHA",
            "LDHB",
            "L2HGDH",
            "D2HGDH",
            "AAA",
            "BBB",
        ],
        1,
    )
}
GENES = list(ENSEMBL)
METABOLITES = ["Citric acid", "citrate/isocitrate", "2-oxoglutarate", "L-Alanine", "Glutamate", "C00022"]
METABOLITES += ["lactate", "D-lactate", "Urea", "carbamide", "2-hydroxyglutaric acid", "2-hydroxyglutarate"]
METABOLITES += ["H2O", "unheard-of"]
MEANT = {
    "Citric acid": {"citrate"},
    "citrate/isocitrate": {"citrate", "isocitrate"},
    "2-oxoglutarate": {"AKG"},
    "L-Alanine": {"alanine"},
    "Glutamate": {"glutamate"},
    "C00022": {"pyruvate"},
    "lactate": {"L-lactate"},
    "D-lactate": {"D-lactate"},
    "Urea": {"urea"},
    "carbamide": {"carbamide"},
    "2-hydroxyglutaric acid": set(),
    "2-hydroxyglutarate": {"2-hydroxyglutarate"},
    "H2O": {"H2O"},
    "unheard-of": set(),
}
# What a name may stand for or cannot be told from: stereoisomers, the same id, ambiguous spellings.
LACTATES, UREAS = {"L-lactate", "D-lactate"}, {"urea", "carbamide"}
HYDROXYGLUTARATES = {"2-hydroxyglutarate", "2-Hydroxy-Glutarate"}
RELATED = MEANT | {"lactate": LACTATES, "D-lactate": LACTATES, "Urea": UREAS, "carbamide": UREAS}
RELATED |= {name: HYDROXYGLUTARATES for name in ("2-hydroxyglutaric acid", "2-hydroxyglutarate")}
KIN = [
    ("citrate/isocitrate", "Citric acid"),
    ("lactate", "D-lactate"),
    ("Urea", "carbamide"),
    ("2-hydroxyglutarate", "2-hydroxyglutaric acid"),
]


def _rule(text):
    if not text:
        return ""
    either = [part.strip(" ()").split(" and ") for part in text.split(" or ")]
    refs = [[f'<fbc:geneProductRef fbc:geneProduct="{ENSEMBL[g]}"/>' for g in group] for group in either]
    said = ["".join(r) if len(r) == 1 else f"<fbc:and>{''.join(r)}</fbc:and>" for r in refs]
    inner = said[0] if len(said) == 1 else f"<fbc:or>{''.join(said)}</fbc:or>"
    return f"<fbc:geneProductAssociation>{inner}</fbc:geneProductAssociation>"


def _species(name, number):
    metabolite, compartment = name.rsplit("_", 1)
    note = ""
    if metabolite in IDS:
        link = "https://identifiers.org/{}/{}".format(*IDS[metabolite])
        note = (
            '<annotation><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns:bqbiol="http://biomodels.net/biology-qualifiers/">'
            f'<rdf:Description rdf:about="#m{number}"><bqbiol:is><rdf:Bag><rdf:li rdf:resource="{link}"/>'
            "</rdf:Bag></bqbiol:is></rdf:Description></rdf:RDF></annotation>"
        )
    return (
        f'<species metaid="m{number}" id="m{number}" name="{metabolite}" compartment="{compartment}" '
        f'hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false">{note}</species>'
    )


def write_sbml(path, reactions=REACTIONS):
    names = list(dict.fromkeys(end for _, left, right, _ in reactions for end in (*left, *right)))
    number = {name: i for i, name in enumerate(names)}

    def ends(tag, side):
        refs = (f'<speciesReference species="m{number[e]}" stoichiometry="1" constant="true"/>' for e in side)
        return f"<{tag}>{''.join(refs)}</{tag}>"

    rows = "".join(
        f'<reaction id="{name}" reversible="false" fast="false">{ends("listOfReactants", left)}'
        f"{ends('listOfProducts', right)}{_rule(rule)}</reaction>"
        for name, left, right, rule in reactions
    )
    products = "".join(
        f'<fbc:geneProduct fbc:id="{ensembl}" fbc:label="{symbol}"/>' for symbol, ensembl in ENSEMBL.items()
    )
    places = "".join(f'<compartment id="{c}" constant="true"/>' for c in "cm")
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<sbml xmlns="{CORE}" xmlns:fbc="{FBC}" level="3" version="1" '
        f'fbc:required="false"><model fbc:strict="false"><listOfCompartments>{places}</listOfCompartments>'
        f"<listOfSpecies>{''.join(map(_species, names, number.values()))}</listOfSpecies>"
        f"<listOfReactions>{rows}</listOfReactions>"
        f"<fbc:listOfGeneProducts>{products}</fbc:listOfGeneProducts></model></sbml>",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    pytest.importorskip("libsbml", reason="the reader of SBML is not installed")
    return read_human_gem(write_sbml(tmp_path_factory.mktemp("sbml") / "tiny.xml"))


@pytest.fixture(scope="module")
def human():
    pytest.importorskip("libsbml", reason="the reader of SBML is not installed")
    pytest.importorskip("humangemlib", reason="Human-GEM is not installed")
    return read_human_gem()


def model_of(*names, gene="ENSG00000000001", symbol="G1"):
    rows = [(f"R{i}", gene, symbol, name, "", "enzyme", False) for i, name in enumerate(names)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def left_to_learn_from(pairs, kin, held_out):
    """Return the pairs without those of a metabolite and of its kin."""
    gone = {held_out, *kin.loc[kin["metabolite_id"] == held_out, "kin_id"]}
    gone |= set(kin.loc[kin["kin_id"] == held_out, "metabolite_id"])
    return pairs[~pairs["metabolite_id"].isin(gone)]


# Reading


def test_table_of_a_small_model_is_that_written(tiny):
    assert list(tiny.columns) == list(COLUMNS)
    found = tiny[tiny["reaction"] == "R2"]
    assert set(found["gene_symbol"]) == {"IDH1", "IDH2", "GLUD1"}
    assert set(found["metabolite"]) == {"isocitrate", "H2O", "AKG"}
    assert set(found.loc[found["currency"], "metabolite"]) == {"H2O"}
    assert tiny.loc[tiny["tier"] == "transport", "reaction"].unique().tolist() == ["R4"]
    assert tiny.loc[tiny["metabolite"] == "pyruvate", "metabolite_ids"].unique().tolist() == ["kegg:C00022"]
    assert tiny.loc[tiny["reaction"] == "R7", "gene_id"].isna().all()
    assert tiny.loc[tiny["gene_symbol"] == "ACO1", "gene_id"].unique().tolist() == [ENSEMBL["ACO1"]]


def test_every_part_of_a_small_model_is_read_as_another_reader_reads_it(tiny, tmp_path):
    root = ET.parse(write_sbml(tmp_path / "again.xml")).getroot()
    core = f"{{{CORE}}}"
    names = {s.get("id"): s.get("name") for s in root.iter(f"{core}species")}
    expected = {
        (reaction.get("id"), ref.get(f"{{{FBC}}}geneProduct"), names[end.get("species")])
        for reaction in root.iter(f"{core}reaction")
        for ref in reaction.iter(f"{{{FBC}}}geneProductRef")
        for end in reaction.iter(f"{core}speciesReference")
    }
    rows = tiny.dropna(subset="gene_id")[["reaction", "gene_id", "metabolite"]]
    assert set(rows.itertuples(index=False, name=None)) == expected


def test_changing_a_table_does_not_change_the_next_one_read(tmp_path):
    pytest.importorskip("libsbml", reason="the reader of SBML is not installed")
    path = write_sbml(tmp_path / "m.xml")
    read_human_gem(path)["reaction"] = "spoilt"
    assert "R1" in set(read_human_gem(path)["reaction"])


def test_changed_file_is_read_anew(tmp_path):
    pytest.importorskip("libsbml", reason="the reader of SBML is not installed")
    path = write_sbml(tmp_path / "m.xml")
    read_human_gem(path)
    write_sbml(path, REACTIONS[:3])
    assert set(read_human_gem(path)["reaction"]) == {"R1", "R2", "R3"}


@pytest.mark.parametrize("package", ["libsbml", "humangemlib"])
def test_missing_package_is_one_clear_error(package, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ParameterError, match=r"prior: the package .* is not .*omics_lib\[human_gem\]"):
        read_human_gem(write_sbml(tmp_path / "new.xml") if package == "libsbml" else None)


@pytest.mark.parametrize("text", ["", "no XML", "<sbml", f'<sbml xmlns="{CORE}" level="3" version="1"/>'])
def test_file_that_is_no_model_is_an_error(text, tmp_path):
    pytest.importorskip("libsbml", reason="the reader of SBML is not installed")
    path = tmp_path / "broken.xml"
    path.write_text(text)
    with pytest.raises(StudyError, match=r"broken\.xml: .*SBML"):
        read_human_gem(path)


def test_missing_file_is_an_error(tmp_path):
    with pytest.raises(StudyError, match=r"none\.xml: there is no such file"):
        read_human_gem(tmp_path / "none.xml")


def test_model_without_gene_rules_is_an_error(tmp_path):
    pytest.importorskip("libsbml", reason="the reader of SBML is not installed")
    path = tmp_path / "bare.xml"
    xml = '<?xml version="1.0" encoding="UTF-8"?>'
    path.write_text(f'{xml}<sbml xmlns="{CORE}" level="3" version="1"><model/></sbml>')
    with pytest.raises(StudyError, match="no reactions with gene rules"):
        read_human_gem(path)


# Names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lactic acid", "L-lactate"),
        ("D-Glucose 6-phosphate", "glucose-6-phosphate"),
        ("α-ketoglutarate", "AKG"),
        ("2-oxoglutaric acid", "AKG"),
        ("fructose 1,6-bisphosphate", "D-fructose-1,6-bisphosphate"),
        ("N-acetyl-L-aspartic acid", "N-acetylaspartate"),
        ("butyric acid", "butanoate"),
        ("adenosine 5'-monophosphate", "AMP"),
        ("phosphoric acid", "Pi"),
        ("NAD", "NAD+"),
    ],
)
def test_spellings_of_one_metabolite_agree(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("D-alanine", "alanine"),
        ("L-glucose", "glucose"),
        ("D-lactate", "lactate"),
        ("beta-alanine", "alanine"),
        ("alpha-D-glucose", "glucose"),
        ("1,6-dihydroxy", "16-dihydroxy"),
        ("NADH", "NAD+"),
        ("citrate", "isocitrate"),
        ("glucose-1-phosphate", "glucose-6-phosphate"),
        ("(R)-3-hydroxybutanoate", "(S)-3-hydroxybutanoate"),
    ],
)
def test_different_metabolites_differ(one, other):
    assert name_key(one) != name_key(other)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=30))
def test_any_text_has_a_key_and_matches_at_most_one_metabolite_for_each_part(text):
    assert name_key(text) == name_key(f" {text} ") and isinstance(bare_key(text), str)
    matches = metabolic_prior([], [text], model=model_of("citrate", "L-lactate", "D-lactate")).matches
    assert len(matches["in_model"].iloc[0]) <= max(1, text.count("/") + 1)


def test_ambiguous_name_is_listed_and_not_guessed():
    model = model_of("2-hydroxyglutarate", "2-Hydroxy-Glutarate", "urea")
    prior = metabolic_prior(["G1"], ["2-hydroxyglutaric acid", "2-hydroxyglutarate", "urea"], model=model)
    assert prior.matches["how"].tolist() == ["name", "ambiguous", "name", "name"]
    assert set(prior.pairs["metabolite_id"]) == {"2-hydroxyglutarate", "urea"}


def test_ambiguous_id_is_listed_and_not_guessed():
    model = model_of("one", "two").assign(metabolite_ids="kegg:C00001")
    prior = metabolic_prior(["G1"], ["C00001"], model=model)
    assert prior.matches["how"].tolist() == ["name", "ambiguous"]
    assert prior.pairs.empty


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("G1", "name"),
        ("g1", "spelling"),
        ("ENSG00000000001.14", "name"),
        ("ensg00000000001", "spelling"),
        ("G11", "none"),
    ],
)
def test_gene_is_found_by_symbol_or_ensembl_id(name, how):
    prior = metabolic_prior([name], ["urea"], model=model_of("urea"))
    assert prior.matches["how"].tolist() == [how, "name"]
    assert prior.pairs["gene_id"].tolist() == ([] if how == "none" else [name])


def test_symbol_of_two_genes_is_ambiguous():
    model = pd.concat([model_of("urea"), model_of("urea", gene="ENSG00000000002")])
    prior = metabolic_prior(["G1", "ENSG00000000002"], ["urea"], model=model)
    assert prior.matches["how"].tolist() == ["ambiguous", "name", "name"]
    assert prior.pairs["gene_id"].tolist() == ["ENSG00000000002"]


def test_names_of_a_study_are_matched_as_worked_by_hand(tiny):
    prior = metabolic_prior(GENES, METABOLITES, model=tiny)
    found = prior.matches[prior.matches["kind"] == "metabolite"].set_index("feature")
    assert {feature: set(names) for feature, names in found["in_model"].items()} == MEANT
    odd = ["C00022", "citrate/isocitrate", "unheard-of", "2-hydroxyglutaric acid"]
    assert found.loc[odd, "how"].tolist() == ["id", "parts", "none", "ambiguous"]
    assert {name: set(related) for name, related in prior.related.items()} == RELATED


@pytest.mark.parametrize("tables", [(["G1", "G1"], ["urea"]), (["G1"], ["urea", "urea"])])
def test_feature_named_twice_is_an_error(tables):
    with pytest.raises(StudyError, match="1 named twice"):
        metabolic_prior(*tables, model=model_of("urea"))


def test_table_that_is_no_model_is_an_error():
    with pytest.raises(StudyError, match="no column gene_symbol"):
        prior_pairs(["G1"], ["urea"], model=model_of("urea").drop(columns="gene_symbol"))


# Pairs


def test_pairs_are_unique_and_say_their_tier(tiny):
    pairs = prior_pairs(GENES, METABOLITES, model=tiny)
    assert list(pairs.columns) == ["gene_id", "metabolite_id", "tier", "currency", "source"]
    assert not pairs.duplicated(["gene_id", "metabolite_id"]).any()
    tiers = pairs.set_index(["gene_id", "metabolite_id"])["tier"]
    assert tiers["ACO1", "Citric acid"] == "enzyme"
    assert tiers["SLC25A1", "Citric acid"] == "transport"
    assert set(pairs.loc[pairs["currency"], "metabolite_id"]) == {"H2O"}
    assert pairs.attrs["matched"]["metabolite none"] == 1
    assert pairs.attrs["matched"]["gene name"] == len(GENES)


def test_pair_of_both_tiers_is_an_enzymes():
    model = pd.concat([model_of("urea").assign(tier="transport"), model_of("urea").assign(reaction="other")])
    assert prior_pairs(["G1"], ["urea"], model=model)["tier"].tolist() == ["enzyme"]


def test_order_of_features_does_not_matter(tiny):
    one = metabolic_prior(GENES, METABOLITES, model=tiny)
    other = metabolic_prior(GENES[::-1], METABOLITES[::-1], model=tiny)
    pd.testing.assert_frame_equal(one.pairs, other.pairs)
    pd.testing.assert_frame_equal(metabolite_kin(one), metabolite_kin(other))


def test_pairs_are_those_that_brute_force_finds(tiny):
    pairs = prior_pairs(GENES, METABOLITES, model=tiny)
    expected = set()
    for _, left, right, rule in REACTIONS:
        there = {end.rsplit("_", 1)[0] for end in (*left, *right)}
        genes = set(rule.replace("(", " ").replace(")", " ").split()) & set(GENES)
        expected |= {(gene, name) for gene in genes for name, meant in MEANT.items() if meant & there}
    assert set(zip(pairs["gene_id"], pairs["metabolite_id"], strict=True)) == expected


def test_study_without_any_match_has_neither_pairs_nor_kin():
    prior = metabolic_prior(["no"], ["none", "nothing"], model=model_of("urea"))
    assert prior.pairs.empty and metabolite_kin(prior).empty
    assert list(metabolite_kin(prior).columns) == ["metabolite_id", "kin_id"]


# What may be learnt


@pytest.fixture
def installed(tiny, monkeypatch):
    """Let the tiny model stand for the installed one."""
    monkeypatch.setattr("omics_lib.knowledge._human_gem.read_human_gem", lambda: tiny)


def test_human_gem_gives_its_pairs_and_kin(installed, tiny):
    pairs, kin = learnable_pairs("human_gem", None, GENES, METABOLITES)
    pd.testing.assert_frame_equal(pairs, prior_pairs(GENES, METABOLITES, model=tiny))
    assert list(kin.columns) == ["metabolite_id", "kin_id"]


@pytest.mark.parametrize(("prior", "taken"), [("auto", True), ("known_pairs", True), ("none", False)])
def test_known_pairs_of_a_study_come_without_kin(prior, taken):
    known = pd.DataFrame({"gene_id": ["G1"], "metabolite_id": ["urea"]})
    pairs, kin = learnable_pairs(prior, known, ["G1"], ["urea"])
    assert (pairs is known) is taken and kin is None
    assert taken or pairs is None


def test_auto_without_known_pairs_learns_from_nothing():
    assert learnable_pairs("auto", None, ["G1"], ["urea"]) == (None, None)


@pytest.mark.parametrize(("prior", "says"), [("known_pairs", "without any"), ("gem", "one of auto, none")])
def test_prior_that_is_not_there_is_an_error(prior, says):
    with pytest.raises(ParameterError, match=f"prior: .*{says}"):
        learnable_pairs(prior, None, ["G1"], ["urea"])


# Leakage


def test_kin_are_those_worked_by_hand_each_once(tiny):
    kin = metabolite_kin(metabolic_prior(GENES, METABOLITES, model=tiny))
    assert len(kin) == len(KIN)
    assert set(map(frozenset, kin.to_numpy())) == set(map(frozenset, KIN))


@pytest.mark.parametrize("held_out", METABOLITES)
def test_no_pair_of_what_a_held_out_metabolite_may_stand_for_is_left(held_out, installed):
    pairs, kin = learnable_pairs("human_gem", None, GENES, METABOLITES)
    left = left_to_learn_from(pairs, kin, held_out)
    stays = {name for name in METABOLITES if name != held_out and not MEANT[name] & RELATED[held_out]}
    # a metabolite without pairs of its own may be of kin too: it has none to take away
    assert set(left["metabolite_id"]) == {name for name in stays if MEANT[name]}


@pytest.mark.parametrize("held_out", [name for name in METABOLITES if RELATED[name]])
def test_model_in_which_the_held_out_metabolite_has_other_partners_leaves_the_same_pairs(held_out, tiny):
    touched = tiny["metabolite"].isin(RELATED[held_out])
    others = pd.Series(np.random.default_rng(0).choice(GENES, len(tiny)), index=tiny.index)
    changed = tiny.assign(gene_id=tiny["gene_id"].where(~touched, others.map(ENSEMBL)))
    changed["gene_symbol"] = tiny["gene_symbol"].where(~touched, others)
    one, other = (metabolic_prior(GENES, METABOLITES, model=model) for model in (tiny, changed))
    assert set(map(tuple, one.pairs.to_numpy())) != set(map(tuple, other.pairs.to_numpy()))
    a, b = (left_to_learn_from(p.pairs, metabolite_kin(p), held_out) for p in (one, other))
    pd.testing.assert_frame_equal(a.reset_index(drop=True), b.reset_index(drop=True))


# Human-GEM itself


@pytest.mark.slow
def test_human_gem_holds_textbook_enzymes(human):
    assert human["gene_id"].nunique() == 2889
    assert human["reaction"].nunique() > 12_000
    pairs = prior_pairs(["hmgcr", "ENSG00000079459.14"], ["(R)-mevalonate", "Squalene"], model=human)
    found = set(pairs[["gene_id", "metabolite_id", "tier"]].itertuples(index=False, name=None))
    assert {("hmgcr", "(R)-mevalonate", "enzyme"), ("ENSG00000079459.14", "Squalene", "enzyme")} <= found


@pytest.mark.slow
def test_no_pair_of_what_a_held_out_metabolite_may_stand_for_is_left_in_human_gem(human):
    listed = human.drop_duplicates("metabolite").set_index("metabolite")["metabolite_ids"]
    accessions = {
        name: {one for one in ids.split() if one.startswith(("kegg:", "hmdb:", "chebi:"))}
        for name, ids in listed.items()
    }
    holders: dict[str, set[str]] = {}
    for name, ids in accessions.items():
        for one in ids:
            holders.setdefault(one, set()).add(name)
    # a study that names metabolites as the model does, all that share an id among them, and by KEGG id
    shared = set().union(*(names for names in holders.values() if len(names) > 1))
    drawn = np.random.default_rng(0).choice(sorted(listed.index), 300, replace=False)
    means = {name: {name} for name in shared | set(drawn)}
    means |= {one[5:]: holders[one] for one in sorted(holders)[::5] if one.startswith("kegg:C")}
    pairs, kin = learnable_pairs("human_gem", None, human["gene_id"].dropna().unique(), sorted(means))
    bare = {name: bare_key(name) for name in listed.index}
    n_kin = 0
    for held_out, names in means.items():
        keys, ids = {bare[name] for name in names}, set().union(*(accessions[name] for name in names))
        same = {name for name in listed.index if bare[name] in keys or accessions[name] & ids}
        left = set(left_to_learn_from(pairs, kin, held_out)["metabolite_id"])
        assert not any(means[name] & same for name in left)
        n_kin += any(means[name] & same for name in set(pairs["metabolite_id"]) - {held_out})
    assert n_kin > 50  # there was something to take away
    assert not any(len(names) > 1 for names in (means[name] for name in set(pairs["metabolite_id"])))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("cpd:C00022", "pyruvate"),
        ("kegg:C00022", "pyruvate"),
        ("kegg.compound:c00022", "pyruvate"),
        ("hmdb:HMDB0000094", "citrate"),
        ("HMDB:HMDB00094", "citrate"),
    ],
)
def test_identifiers_with_the_name_of_their_database_are_understood(tiny, name, meant):
    table, _ = match_metabolites(pd.Index([name]), tiny)
    assert table["in_model"].tolist() == [(meant,)]
    assert table["how"].tolist() == ["id"]
