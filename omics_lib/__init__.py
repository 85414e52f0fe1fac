"""omics_lib: integrate transcriptomics with metabolomics, reproducibly.

Names are imported when first used, so that `import omics_lib` is quick.
"""

import sys
from importlib import import_module
from types import ModuleType

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["rowspace", "plots", "narrate"],
    submod_attrs={
        "errors": [
            "ModelFileError",
            "OmicsError",
            "ParameterError",
            "ReleaseError",
            "RunError",
            "StudyError",
        ],
        "_modalities": ["MODALITIES"],
        "schema": ["default_parameters", "read_parameters", "validate_table"],
        "study": [
            "dependent_pairs",
            "fetch_dataset",
            "read_stage",
            "read_study",
            "simulate_study",
            "study_files",
            "unusual_samples",
            "write_study",
            "write_study_folder",
        ],
        "privacy": ["audit_release", "require_clean"],
        "_pseudonyms": ["new_key", "pseudonymize"],
        "preprocess": [
            "is_closed",
            "preprocess_study",
            "preprocessed_table",
            "preprocessor",
            "preprocessor_for",
        ],
        "advice": [
            "Finding",
            "advise",
            "closure_effect",
            "depth_correlations",
            "depth_effect",
            "log_effect",
            "pairs_by_closure",
        ],
        "autoencoder": [
            "Agreement",
            "CrossValidation",
            "Loadings",
            "OmicsAutoencoder",
            "autoencoder_preset",
            "count_parameters",
            "cross_validate_reconstruction",
            "feature_importance",
            "importance_by_name",
            "latent_agreement",
            "read_autoencoder",
            "reconstruction_r2",
            "steady_learning_rate",
            "write_autoencoder",
        ],
        "correlation": [
            "benjamini_hochberg",
            "benjamini_yekutieli",
            "bonferroni_limits",
            "compare_nulls",
            "residual_degrees_of_freedom",
            "spearman_matrix",
        ],
        "associations": [
            "Associations",
            "DecodedPairs",
            "associate",
            "compare_covariates",
            "correlate_latents",
            "decode_latent_pairs",
            "permutations_for",
        ],
        "knowledge": ["learnable_pairs", "pairs_among", "prior_pairs", "read_human_gem"],
        "graph": ["build_graph"],
        "world": ["World", "study_world"],
        "_refinement": ["Refinement", "ranked_table"],
        "refine": ["refine"],
        "candidates": ["rank_candidates"],
        "_rank_aggregation": ["robust_rank_aggregation"],
        "_baselines": ["baseline_rankings"],
        "_mofa": ["mofa_installed", "mofa_ranking"],
        "_ranking_metrics": ["evaluate_ranking"],
        "_ranking_differences": ["saturated"],
        "_rankings": ["Ranking"],
        "evaluate": ["compare_rankings", "metric_table"],
        "_sample_classifier": ["SampleGraphClassifier"],
        "_sample_labels": ["SampleHeads", "sample_heads"],
        "sample_graph": ["count_sample_parameters", "cross_validate_samples", "held_out_labels"],
        "_sample_scores": ["label_scores", "label_summary"],
        "_one_scale": ["side_by_side"],
        "_embedding_neighbours": [
            "NeighbourAgreement",
            "is_number",
            "neighbour_agreement",
            "neighbours_by_map",
        ],
        "_embedding_maps": ["by_similarity", "embed", "shuffled_latents", "variance_explained"],
        "_plots_canvas": ["write_figure"],
        "_files": ["file_sha256", "write_json"],
        "provenance": ["build_manifest", "table_sha256"],
        "run": ["run_study"],
        "book": ["render_book", "stage_book"],
    },
)


class _Package(ModuleType):
    """Keep `omics_lib.refine` the function, although importing its module would put the module there.

    A module of a class of its own is pickled by its name, as plain modules are (joblib does so).
    """

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return import_module, (self.__name__,)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "refine" and isinstance(value, ModuleType):
            value = value.refine
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
