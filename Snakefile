# The graph of stages of one run: notebooks in, executed notebooks and results out.
#
# `omics-book run` calls this with the run folder as working directory and the
# run's configuration; on a cluster the same file goes with --profile. A stage
# reruns when its notebook, its inputs, its parameters or the library changed.

import json
import shlex
import sys
from pathlib import Path

ROOT = Path(workflow.basedir)
MODALITIES = ["transcriptomics", "metabolomics"]
PARAMETERS = config["parameters"]
FIGURES = [
    f"figures/{name}.{ending}"
    for name in (
        "samples_transcriptomics", "samples_metabolomics", "latents_transcriptomics", "latents_metabolomics",
        "latent_correlations", "network", "learning_curves",
    )
    for ending in ("svg", "png")
]
RELEASE = [
    *(f"release/{name}.csv" for name in ("summary", "parameters", "reconstruction", "latent_correlations", "evaluation")),
    "release/latent_correlations.svg",
    "release/latent_correlations.png",
]
AUTOENCODER = [
    "latents.parquet",
    "model.safetensors",
    "cross_validation.csv",
    "latent_sizes.csv",
    "agreement.csv",
    "history.csv",
]
RESULTS = [
    "study.h5mu",
    "preprocessed.h5mu",
    *(
        f"{modality}/{name}"
        for modality in MODALITIES
        for name in AUTOENCODER
    ),
    "latent_pairs.parquet",
    "associations.parquet",
    "refined.parquet",
    "evaluation.csv",
    *FIGURES,
    "release_audit.csv",
]


def notebook(name):
    return str(ROOT / "notebooks" / f"{name}.ipynb")


def parameters(name, **more):
    """The run's parameters that a notebook declares, as JSON."""
    return json.dumps(config["stages"][name] | more, sort_keys=True)


EXECUTE = (
    f"{shlex.quote(sys.executable)} -m omics_lib.stage {{input.notebook:q}} {{output.page:q}} --parameters {{params.parameters:q}}"
)


rule all:
    input:
        "manifest.json",
        "summary.json",
        "notebooks/parameter_counts.ipynb",
        "notebooks/row_space.ipynb",
        "notebooks/sample_graph.ipynb",


rule data:
    input:
        study=[path.replace("{", "{{").replace("}", "}}") for path in config["study_files"]],
        notebook=notebook("01_data"),
    output:
        "study.h5mu",
        page="notebooks/01_data.ipynb",
    params:
        parameters=lambda wildcards: parameters("01_data", study=config["study"]),
        content=config["study_sha256"],
        library=config["library_sha256"],
    shell:
        EXECUTE


rule preprocessing:
    input:
        "study.h5mu",
        notebook=notebook("02_preprocessing"),
    output:
        "preprocessed.h5mu",
        page="notebooks/02_preprocessing.ipynb",
    params:
        parameters=lambda wildcards: parameters("02_preprocessing"),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule autoencoder:
    input:
        "preprocessed.h5mu",
        notebook=notebook("03_autoencoder"),
    output:
        [f"{{modality}}/{name}" for name in AUTOENCODER],
        page="notebooks/03_autoencoder_{modality}.ipynb",
    wildcard_constraints:
        modality="|".join(MODALITIES),
    params:
        parameters=lambda wildcards: parameters("03_autoencoder", modality=wildcards.modality),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule associations:
    input:
        "preprocessed.h5mu",
        expand("{modality}/latents.parquet", modality=MODALITIES),
        notebook=notebook("04_associations"),
    output:
        "latent_pairs.parquet",
        "associations.parquet",
        page="notebooks/04_associations.ipynb",
    params:
        parameters=lambda wildcards: parameters("04_associations"),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule refinement:
    input:
        "preprocessed.h5mu",
        "associations.parquet",
        "transcriptomics/model.safetensors",
        notebook=notebook("05_refinement"),
    output:
        "refined.parquet",
        "evaluation.csv",
        page="notebooks/05_refinement.ipynb",
    params:
        parameters=lambda wildcards: parameters("05_refinement"),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule figures:
    input:
        "study.h5mu",
        "latent_pairs.parquet",
        "refined.parquet",
        expand("{modality}/{name}", modality=MODALITIES, name=["latents.parquet", "history.csv"]),
        notebook=notebook("06_figures"),
    output:
        FIGURES,
        page="notebooks/06_figures.ipynb",
    params:
        parameters=lambda wildcards: parameters("06_figures"),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule release:
    input:
        "study.h5mu",
        "latent_pairs.parquet",
        "associations.parquet",
        "evaluation.csv",
        expand("{modality}/{name}", modality=MODALITIES, name=["cross_validation.csv", "history.csv"]),
        notebook=notebook("07_release"),
    output:
        RELEASE,
        "release_audit.csv",
        page="notebooks/07_release.ipynb",
    params:
        parameters=lambda wildcards: parameters("07_release"),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule parameter_counts:
    input:
        notebook=notebook("parameter_counts"),
    output:
        page="notebooks/parameter_counts.ipynb",
    params:
        parameters=lambda wildcards: parameters("parameter_counts"),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule row_space:
    input:
        "preprocessed.h5mu",
        notebook=notebook("row_space"),
    output:
        page="notebooks/row_space.ipynb",
    params:
        parameters=lambda wildcards: parameters("row_space"),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule sample_graph:
    input:
        "preprocessed.h5mu",
        expand("{modality}/latents.parquet", modality=MODALITIES),
        notebook=notebook("sample_graph"),
    output:
        page="notebooks/sample_graph.ipynb",
    params:
        parameters=lambda wildcards: parameters("sample_graph"),
        library=config["library_sha256"],
    shell:
        EXECUTE


rule manifest:
    input:
        RESULTS,
    output:
        manifest="manifest.json",
        summary="summary.json",
    params:
        parameters=lambda wildcards: json.dumps(PARAMETERS, sort_keys=True),
        content=config["study_sha256"],
        library=config["library_sha256"],
    run:
        from omics_lib.provenance import build_manifest, summarise, write_json
        from omics_lib.study import read_stage

        study_files = [Path(path) for path in config["study_files"]]
        write_json(build_manifest(PARAMETERS, study_files, Path("."), RESULTS, ROOT), Path(output.manifest))
        write_json(summarise(read_stage(Path("study.h5mu")), PARAMETERS), Path(output.summary))
