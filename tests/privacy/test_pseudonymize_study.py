from __future__ import annotations

import stat

import numpy as np
import pytest
from study_helpers import write_pairs

import omics_lib as ol
from omics_lib.cli import main
from omics_lib.errors import ReleaseError
from omics_lib.privacy import smallest_class

PARAMETERS = ol.default_parameters() | {"covariates": ["group"]}


@pytest.fixture
def study(study_folder):
    folder = study_folder(n_samples=24)
    write_pairs(folder, "g1,m2", "g0,m1")
    return folder


@pytest.mark.parametrize("features", [False, True])
def test_study_under_pseudonyms_has_the_same_numbers_in_the_same_order(features, study, tmp_path):
    said = ol.pseudonymize_study(study, tmp_path / "out", b"k" * 32, PARAMETERS, features=features)
    one, other = (ol.in_canonical_order(ol.read_study(p, PARAMETERS)) for p in (study, tmp_path / "out"))
    for modality in ol.MODALITIES:
        np.testing.assert_array_equal(one[modality].X, other[modality].X)
        same = list(one[modality].var_names) == list(other[modality].var_names)
        assert same is not features
    assert one.obs["group"].tolist() == other.obs["group"].tolist()
    assert not set(one.obs_names) & set(other.obs_names)
    places = []
    for whole in (one, other):
        genes, metabolites = (list(whole[name].var_names) for name in ol.MODALITIES)
        pairs = whole.uns["known_pairs"]
        places.append({(genes.index(a), metabolites.index(b)) for a, b in pairs.iloc[:, :2].to_numpy()})
    assert places[0] == places[1] and len(places[0]) == 2
    assert smallest_class(other.obs, [name for name in other.obs if name != "group"]) >= 5
    assert any(line.startswith("age: ") for line in said)


def test_one_key_links_and_two_keys_do_not(study, tmp_path):
    for name, key in (("a", b"k" * 32), ("b", b"k" * 32), ("c", b"l" * 32)):
        ol.pseudonymize_study(study, tmp_path / name, key, PARAMETERS)
    a, b, c = (set(ol.read_study(tmp_path / name).obs_names) for name in "abc")
    assert a == b and not a & c


def test_command_makes_a_key_for_its_owner_alone_and_keeps_it_apart(study, tmp_path, capsys):
    key, out = tmp_path / "key", tmp_path / "out"
    command = ["pseudonymize", str(study), "--out", str(out)]
    assert main([*command, "--key", str(study / "key")]) == 2
    assert "it lies in" in capsys.readouterr().err and not out.exists()
    assert main([*command, "--key", str(key)]) == 0
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    text = key.read_text().strip()
    assert all(text not in path.read_text() for path in out.iterdir())
    audit = ol.audit_release(out, ol.read_study(study).obs_names)
    assert audit["n_found"].eq(0).all()
    key.chmod(0o644)
    assert main([*command[:-1], str(tmp_path / "more"), "--key", str(key)]) == 2
    assert "others may read it" in capsys.readouterr().err


def test_folder_that_exists_and_column_that_does_not_are_refused(study, tmp_path):
    with pytest.raises(ReleaseError, match="it exists"):
        ol.pseudonymize_study(study, tmp_path, b"k" * 32, PARAMETERS)
    with pytest.raises(ReleaseError, match="no column 'nobody'"):
        ol.pseudonymize_study(study, tmp_path / "out", b"k" * 32, PARAMETERS, person="nobody")
    assert not (tmp_path / "out").exists()
