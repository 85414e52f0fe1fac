# The graph of stages of one run: notebooks in, executed notebooks and results out.
#
# `omics-book run` calls this with the run folder as working directory and the
# run's configuration; on a cluster the same file goes with --profile. A stage
# reruns when its notebook, its inputs, its parameters or the library changed.
# What it needs is in the configuration, what it cost is written into benchmarks/:
# neither makes it rerun.
# Files outside the run folder are known by their checksums alone: whatever their
# names and times are, Snakemake sees neither.

import json
import shlex
import sys

from omics_lib import MODALITIES
from omics_lib.evidence import PAGES

FIGURES = [
    f"figures/{name}.{ending}"
    for name in (
        *(f"samples_{modality}" for modality in MODALITIES),
        *(f"latents_{modality}" for modality in MODALITIES),
        "latent_correlations", "network", "learning_curves",
    )
    for ending in ("svg", "png")
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
STAGES = [
    "01_data",
    "02_preprocessing",
    *(f"03_autoencoder_{modality}" for modality in MODALITIES),
    "04_associations",
    "05_refinement",
    "06_figures",
    "07_release",
    "parameter_counts",
    "row_space",
    "sample_graph",
    "three_ways",
]
OF_COHORT = ["cohort_pairs.parquet", "notebooks/own_cohort.ipynb"]
OF_CELL_LINES = ["notebooks/cell_lines.ipynb"]
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
    # The pages too: a rule is not run again for an output that nobody asks for.
    *(f"notebooks/{name}.ipynb" for name in STAGES),
    *(f"notebooks/{page}.ipynb" for page in PAGES if config["parameters"]["stored_results"]),
    *(OF_COHORT if config["parameters"]["cohort"] else []),
    *(OF_CELL_LINES if config["parameters"]["cell_lines"] else []),
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


def needs(name, what):
    """What a stage asks for; twice the memory and time when it is tried again. Its name may be a wildcard's."""
    return lambda wildcards, attempt: (
        config["needs"][name.format(**dict(wildcards.items()))][what] * (1 if what == "threads" else attempt)
    )


PYTHON = f"exec {shlex.quote(sys.executable)} -P -m ".replace("{", "{{").replace("}", "}}")
# What a stage says goes where its user sees it; what Snakemake says goes into the log.
EXECUTE = PYTHON + "omics_lib.stage {params.notebook:q} {output.page:q} --parameters {params.parameters:q} --threads {threads} 2>&1"


rule all:
    input:
        "manifest.json",
        "summary.json",


# The files of the study, of its cohort and of cell lines, with the checksums that they had when the run began.
INPUTS = {whose: json.dumps(files, sort_keys=True) for whose, files in config["inputs"].items()}


rule data:
    output:
        "study.h5mu",
        page="notebooks/01_data.ipynb",
    threads: needs("01_data", "threads")
    resources:
        mem_mb=needs("01_data", "mem_mb"),
        runtime=needs("01_data", "runtime"),
    params:
        notebook=notebook("01_data"),
        parameters=lambda wildcards: parameters("01_data", study=config["study"]),
        content=config["inputs_sha256"]["study"],
        inputs=lambda wildcards: INPUTS["study"],
        versions=versions("01_data"),
    shell:
        EXECUTE.replace(" 2>&1", " --inputs {params.inputs:q} 2>&1")


rule preprocessing:
    input:
        "study.h5mu",
    output:
        "preprocessed.h5mu",
        page="notebooks/02_preprocessing.ipynb",
    threads: needs("02_preprocessing", "threads")
    resources:
        mem_mb=needs("02_preprocessing", "mem_mb"),
        runtime=needs("02_preprocessing", "runtime"),
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
    threads: needs("03_autoencoder", "threads")
    resources:
        mem_mb=needs("03_autoencoder", "mem_mb"),
        runtime=needs("03_autoencoder", "runtime"),
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
    threads: needs("04_associations", "threads")
    resources:
        mem_mb=needs("04_associations", "mem_mb"),
        runtime=needs("04_associations", "runtime"),
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
    threads: needs("05_refinement", "threads")
    resources:
        mem_mb=needs("05_refinement", "mem_mb"),
        runtime=needs("05_refinement", "runtime"),
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
    threads: needs("06_figures", "threads")
    resources:
        mem_mb=needs("06_figures", "mem_mb"),
        runtime=needs("06_figures", "runtime"),
    params:
        notebook=notebook("06_figures"),
        parameters=lambda wildcards: parameters("06_figures"),
        versions=versions("06_figures"),
    shell:
        EXECUTE


rule release:
    input:
        "study.h5mu",
        "preprocessed.h5mu",
        "latent_pairs.parquet",
        "associations.parquet",
        "evaluation.csv",
        expand("{modality}/{name}", modality=MODALITIES, name=AUTOENCODER),
    output:
        directory("release"),
        "release_audit.csv",
        page="notebooks/07_release.ipynb",
    threads: needs("07_release", "threads")
    resources:
        mem_mb=needs("07_release", "mem_mb"),
        runtime=needs("07_release", "runtime"),
    params:
        notebook=notebook("07_release"),
        parameters=lambda wildcards: parameters("07_release"),
        versions=versions("07_release"),
    shell:
        EXECUTE


rule parameter_counts:
    output:
        page="notebooks/parameter_counts.ipynb",
    threads: needs("parameter_counts", "threads")
    resources:
        mem_mb=needs("parameter_counts", "mem_mb"),
        runtime=needs("parameter_counts", "runtime"),
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
    threads: needs("row_space", "threads")
    resources:
        mem_mb=needs("row_space", "mem_mb"),
        runtime=needs("row_space", "runtime"),
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
    threads: needs("sample_graph", "threads")
    resources:
        mem_mb=needs("sample_graph", "mem_mb"),
        runtime=needs("sample_graph", "runtime"),
    params:
        notebook=notebook("sample_graph"),
        parameters=lambda wildcards: parameters("sample_graph"),
        versions=versions("sample_graph"),
    shell:
        EXECUTE


rule three_ways:
    input:
        "preprocessed.h5mu",
    output:
        page="notebooks/three_ways.ipynb",
    threads: needs("three_ways", "threads")
    resources:
        mem_mb=needs("three_ways", "mem_mb"),
        runtime=needs("three_ways", "runtime"),
    params:
        notebook=notebook("three_ways"),
        parameters=lambda wildcards: parameters("three_ways"),
        versions=versions("three_ways"),
    shell:
        EXECUTE


rule own_cohort:
    input:
        "preprocessed.h5mu",
    output:
        "cohort_pairs.parquet",
        page="notebooks/own_cohort.ipynb",
    threads: needs("own_cohort", "threads")
    resources:
        mem_mb=needs("own_cohort", "mem_mb"),
        runtime=needs("own_cohort", "runtime"),
    params:
        notebook=notebook("own_cohort"),
        parameters=lambda wildcards: parameters("own_cohort"),
        content=config["inputs_sha256"]["cohort"],
        inputs=lambda wildcards: INPUTS["cohort"],
        versions=versions("own_cohort"),
    shell:
        EXECUTE.replace(" 2>&1", " --inputs {params.inputs:q} 2>&1")


rule cell_lines:
    output:
        page="notebooks/cell_lines.ipynb",
    threads: needs("cell_lines", "threads")
    resources:
        mem_mb=needs("cell_lines", "mem_mb"),
        runtime=needs("cell_lines", "runtime"),
    params:
        notebook=notebook("cell_lines"),
        parameters=lambda wildcards: parameters("cell_lines"),
        content=config["inputs_sha256"]["cell_lines"],
        inputs=lambda wildcards: INPUTS["cell_lines"],
        versions=versions("cell_lines"),
    shell:
        EXECUTE.replace(" 2>&1", " --inputs {params.inputs:q} 2>&1")


rule stored_results:
    output:
        page="notebooks/{page}.ipynb",
    wildcard_constraints:
        page="|".join(PAGES),
    threads: needs("{page}", "threads")
    resources:
        mem_mb=needs("{page}", "mem_mb"),
        runtime=needs("{page}", "runtime"),
    params:
        notebook=lambda wildcards: config["notebooks"][wildcards.page]["path"],
        parameters=lambda wildcards: parameters(wildcards.page),
        evidence=lambda wildcards: [config["evidence_sha256"].get(name) for name in PAGES[wildcards.page]],
        versions=lambda wildcards: versions(wildcards.page),
    shell:
        EXECUTE


rule manifest:
    input:
        RESULTS,
    output:
        manifest="manifest.json",
        summary="summary.json",
        crate="ro-crate-metadata.json",
    threads: needs("manifest", "threads")
    resources:
        mem_mb=needs("manifest", "mem_mb"),
        runtime=needs("manifest", "runtime"),
    params:
        parameters=lambda wildcards: json.dumps(config["parameters"], sort_keys=True),
        content=config["inputs_sha256"],
        library=config["library_sha256"],
    shell:
        PYTHON + "omics_lib.run.manifest {output.manifest:q} {output.summary:q} 2>&1"
