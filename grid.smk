# The graph of a grid: the stages of each of its runs.
#
# `omics-book grid` calls this with the folder of the grid as working directory. Each run is the Snakefile once
# more, as a module with the run's configuration and folder, so that no stage is written twice. What a run is
# wanted for are the results that the configuration names, or all of them.

RUNS = config["runs"]

for run, configuration in RUNS.items():
    own = f"{run}_"  # before the names of its rules

    module:
        name: run
        snakefile: "Snakefile"
        prefix: f"runs/{run}"
        config: configuration

    use rule * from run as own*


rule all:
    default_target: True
    input:
        [f"runs/{run}/{name}" for run in RUNS for name in config["results"] or ["manifest.json"]],
        [] if config["results"] else [getattr(rules, f"{run}_all").input for run in RUNS],
