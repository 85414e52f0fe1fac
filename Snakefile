# The graph of stages of one run: notebooks in, executed notebooks and results out.
#
# `omics-book run` calls this with the run folder as working directory and the
# run's configuration; on a cluster the same file goes with --profile. A stage
# reruns when its notebook, its inputs, its parameters or the library changed.
# Files outside the run folder are known by their checksums alone: whatever their
# names and times are, Snakemake sees neither.

import json
import shlex
import sys

from omics_lib import MODALITIES

FIGURES = [
    f"figures/{name}.{ending}"
    for name in (
        *(f"samples_{modality}" for modality in MODALITIES),
        *(f"latents_{modality}" for modality in MODALITIES),
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
    "importance.parquet",
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


def parameters(name, **more):
    """The run's parameters that a notebook declares, as JSON."""
    return json.dumps(config["stages"][name] | more, sort_keys=True)


def notebook(name):
    """The notebook's path, wrapped: Snakemake would look for wildcards in plain text."""
    return lambda wildcards: config["notebooks"][name]["path"]


def versions(name):
    """What a stage is made of besides its inputs."""
    return [config["library_sha256"], config["notebooks"][name]["sha256"]]


PYTHON = f"exec {shlex.quote(sys.executable)} -P -m ".replace("{", "{{").replace("}", "}}")
# What a stage says goes where its user sees it; what Snakemake says goes into the log.
EXECUTE = PYTHON + "omics_lib.stage {params.notebook:q} {output.page:q} --parameters {params.parameters:q} 2>&1"


rule all:
    input:
        "manifest.json",
        "summary.json",
        "notebooks/parameter_counts.ipynb",
        "notebooks/row_space.ipynb",
        "notebooks/sample_graph.ipynb",


rule data:
    output:
        "study.h5mu",
        page="notebooks/01_data.ipynb",
    params:
        notebook=notebook("01_data"),
        parameters=lambda wildcards: parameters("01_data", study=config["study"]),
        content=config["study_sha256"],
        versions=versions("01_data"),
    shell:
        EXECUTE


rule preprocessing:
    input:
        "study.h5mu",
    output:
        "preprocessed.h5mu",
        page="notebooks/02_preprocessing.ipynb",
    params:
        notebook=notebook("02_preprocessing"),
        parameters=lambda wildcards: parameters("02_preprocessing"),
        versions=versions("02_preprocessing"),
    shell:
        EXECUTE


rule autoencoder:
    input:
        "preprocessed.h5mu",
    output:
        [f"{{modality}}/{name}" for name in AUTOENCODER],
        page="notebooks/03_autoencoder_{modality}.ipynb",
    wildcard_constraints:
        modality="|".join(MODALITIES),
    params:
        notebook=notebook("03_autoencoder"),
        parameters=lambda wildcards: parameters("03_autoencoder", modality=wildcards.modality),
        versions=versions("03_autoencoder"),
    shell:
        EXECUTE


rule associations:
    input:
        "preprocessed.h5mu",
        expand("{modality}/latents.parquet", modality=MODALITIES),
    output:
        "latent_pairs.parquet",
        "associations.parquet",
        page="notebooks/04_associations.ipynb",
    params:
        notebook=notebook("04_associations"),
        parameters=lambda wildcards: parameters("04_associations"),
        versions=versions("04_associations"),
    shell:
        EXECUTE


rule refinement:
    input:
        "preprocessed.h5mu",
        "associations.parquet",
        "transcriptomics/importance.parquet",
    output:
        "refined.parquet",
        "evaluation.csv",
        page="notebooks/05_refinement.ipynb",
    params:
        notebook=notebook("05_refinement"),
        parameters=lambda wildcards: parameters("05_refinement"),
        versions=versions("05_refinement"),
    shell:
        EXECUTE


rule figures:
    input:
        "study.h5mu",
        "latent_pairs.parquet",
        "refined.parquet",
        expand("{modality}/{name}", modality=MODALITIES, name=["latents.parquet", "history.csv"]),
    output:
        FIGURES,
        page="notebooks/06_figures.ipynb",
    params:
        notebook=notebook("06_figures"),
        parameters=lambda wildcards: parameters("06_figures"),
        versions=versions("06_figures"),
    shell:
        EXECUTE


rule release:
    input:
        "study.h5mu",
        "latent_pairs.parquet",
        "associations.parquet",
        "evaluation.csv",
        expand("{modality}/{name}", modality=MODALITIES, name=["cross_validation.csv", "history.csv"]),
    output:
        RELEASE,
        "release_audit.csv",
        page="notebooks/07_release.ipynb",
    params:
        notebook=notebook("07_release"),
        parameters=lambda wildcards: parameters("07_release"),
        versions=versions("07_release"),
    shell:
        EXECUTE


rule parameter_counts:
    output:
        page="notebooks/parameter_counts.ipynb",
    params:
        notebook=notebook("parameter_counts"),
        parameters=lambda wildcards: parameters("parameter_counts"),
        versions=versions("parameter_counts"),
    shell:
        EXECUTE


rule row_space:
    input:
        "preprocessed.h5mu",
    output:
        page="notebooks/row_space.ipynb",
    params:
        notebook=notebook("row_space"),
        parameters=lambda wildcards: parameters("row_space"),
        versions=versions("row_space"),
    shell:
        EXECUTE


rule sample_graph:
    input:
        "preprocessed.h5mu",
        expand("{modality}/latents.parquet", modality=MODALITIES),
    output:
        page="notebooks/sample_graph.ipynb",
    params:
        notebook=notebook("sample_graph"),
        parameters=lambda wildcards: parameters("sample_graph"),
        versions=versions("sample_graph"),
    shell:
        EXECUTE


rule manifest:
    input:
        RESULTS,
    output:
        manifest="manifest.json",
        summary="summary.json",
    params:
        parameters=lambda wildcards: json.dumps(config["parameters"], sort_keys=True),
        content=config["study_sha256"],
        library=config["library_sha256"],
    shell:
        PYTHON + "omics_lib.run.manifest {output.manifest:q} {output.summary:q} {input:q} 2>&1"
