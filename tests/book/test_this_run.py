"""The box "This run": what it says of a run, what it links, and that nothing in it acts."""

from __future__ import annotations

import json

import pytest

from omics_lib.book._this_run import box, made_by, put_in_times, read_facts
from omics_lib.errors import RunError

HOSTILE = "<script>x</script> *a* `b` {{ c }} {eval}`d`"
SUMMARY = {"title": HOSTILE, "n_samples": 1200, "n_genes": 30, "n_metabolites": 4, "simulated": True}
MANIFEST = {
    "parameters": {"covariates": ["ba`tch", "sex"], "remove_factors": 2, "groups": None},
    "random_state": 7,
    "versions": {"omics_lib": "1.2.3", "python": HOSTILE},
    "commit": "abcdef0123+changes",
}


@pytest.fixture
def run(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("metabolomics", "proteomics", "{eval}`x`"):
        (tmp_path / f"notebooks/03_autoencoder_{name}.ipynb").touch()
    for folder in ("benchmarks", "figures", "transcriptomics", "proteomics"):
        (tmp_path / folder).mkdir()
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    for name in (
        "associations.parquet",
        "figures/network.png",
        "figures/a`b.png",
        "proteomics/latents.parquet",
    ):
        (tmp_path / name).touch()
    return tmp_path


def write_model(path, best_epoch, skip=True):
    told = {"fitted": {"best_epoch_": best_epoch}, "settings": {"skip": skip, "init": "rowspace"}}
    header = json.dumps({"__metadata__": {"omics_lib": json.dumps(told)}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)


def text_of(run, page="notebooks/04_associations", **summary):
    return box(read_facts(run, SUMMARY | summary), page)


def test_box_names_the_study_and_what_was_removed(run):
    text = text_of(run)
    assert "(simulated); 1,200 samples, 30 genes, 4 metabolites." in text
    assert "`` ba`tch ``, `sex`, shared factors (the first 2)." in text
    assert "omics_lib 1.2.3, commit `abcdef0` with changes" in text and "Seed 7." in text
    assert "(measured)" in text_of(run, simulated=False)


def test_box_says_nothing_was_removed_where_nothing_was(run):
    (run / "manifest.json").write_text(json.dumps(MANIFEST | {"parameters": {}, "commit": None}))
    text = text_of(run)
    assert "**Regressed out before associating:** nothing." in text and "commit" not in text


def test_box_escapes_the_text_of_a_study(run):
    text = text_of(run)
    assert "<script>" not in text and "{{" not in text and "{eval}`" not in text
    assert text.count("<a ") == text.count("</a>") == 3


@pytest.mark.parametrize(
    ("page", "linked"),
    [
        ("book/index", ["manifest.json"]),
        ("notebooks/04_associations", ["notebooks/04_associations.ipynb", "associations.parquet"]),
        ("notebooks/06_figures", ["notebooks/06_figures.ipynb", "figures/network.png"]),
        (
            "notebooks/03_autoencoder_proteomics",
            ["notebooks/03_autoencoder_proteomics.ipynb", "proteomics/latents.parquet"],
        ),
        ("notebooks/03_autoencoder_{eval}`x`", []),
    ],
)
def test_box_links_what_the_page_wrote_and_nothing_else(page, linked, run):
    text = text_of(run, page)
    found = [part.partition('"')[0] for part in text.split('href="../../')[1:]]
    assert sorted(found) == sorted({*linked, "manifest.json"})
    assert all((run / name).exists() for name in found if not name.startswith("notebooks"))


def test_box_links_the_crate_of_a_run_that_has_one(run):
    assert "RO-Crate" not in text_of(run)
    (run / "ro-crate-metadata.json").touch()
    assert 'href="../../ro-crate-metadata.json"' in text_of(run)


@pytest.mark.parametrize(
    ("best_epoch", "skip", "words"),
    [(0, True, "transcriptomics: PCA"), (5, True, ": an autoencoder"), (0, False, ": an autoencoder")],
)
def test_box_says_whether_the_final_model_is_pca(best_epoch, skip, words, run):
    write_model(run / "transcriptomics/model.safetensors", best_epoch, skip)
    assert words in text_of(run)


@pytest.mark.parametrize("damage", [b"", b"\xff" * 40, b"\x02\0\0\0\0\0\0\0{}"])
def test_box_is_silent_about_a_model_that_it_cannot_read(damage, run):
    (run / "transcriptomics/model.safetensors").write_bytes(damage)
    assert "Final models" not in text_of(run)


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        (["GCN", "GCN, rewired"], "modules dominate, so the network smooths"),
        (["network", "rewired"], "modules dominate, so the network smooths"),
        (["GCN", "GCN, rotated"], "no modules dominate, so the network sharpens"),
        (["Spearman (fallback)"], "nothing ties the tables together"),
        (["Spearman"], ""),
        (["GCN, rotated", "rewired:"], "no modules dominate, so the network sharpens"),
        (["rewired:"], "no modules dominate, so nothing was smoothed"),
    ],
)
def test_box_says_which_world_the_ranking_was_made_for(methods, words, run):
    rows = "".join(f'"{method.rstrip(":")}",{"" if method.endswith(":") else 1}\n' for method in methods)
    (run / "evaluation.csv").write_text(f"method,value\n{rows}")
    assert (words in text_of(run)) if words else ("World" not in text_of(run))


@pytest.mark.parametrize("manifest", [None, "", "7", "[" * 100_000, '{"versions": 3}'])
def test_damaged_manifest_is_refused_by_name(manifest, run):
    path = run / "manifest.json"
    path.unlink() if manifest is None else path.write_text(manifest)
    with pytest.raises(RunError, match=r"manifest\.json.*Run `omics-book run` again\."):
        read_facts(run, SUMMARY)


@pytest.mark.parametrize(
    ("commit", "ending"),
    [(None, "Version 1.2.3."), ("abcdef0123", "Version 1.2.3, commit `abcdef0`.")],
)
def test_every_box_cites_the_book_by_version_and_commit_where_there_is_one(commit, ending, run):
    (run / "manifest.json").write_text(json.dumps(MANIFEST | {"commit": commit}))
    cited = made_by(read_facts(run, SUMMARY))["citation"]
    assert cited.endswith(ending) and f"**To cite it:** {cited} See" in text_of(run)


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ("s\tmax_rss\n1234.5\t1\n", " This page took 1,234 s to compute."),
        ("s\n<b>\n", ""),
        ("s\nnan\n", ""),
        ("", ""),
    ],
)
def test_times_are_put_into_the_pages_of_chapters(cost, said, run, tmp_path):
    page = tmp_path / "html/notebooks/01_data.html"
    page.parent.mkdir(parents=True)
    page.write_text('<p>Seed 7.<span class="took"></span></p>')
    (run / "benchmarks/01_data.tsv").write_text(cost)
    put_in_times(tmp_path / "html", run)
    assert page.read_text() == f'<p>Seed 7.<span class="took">{said}</span></p>'
