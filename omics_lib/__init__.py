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
        "study": ["read_stage", "read_study", "study_files", "write_study", "write_study_folder"],
        "datasets": ["fetch_dataset"],
        "simulate": ["dependent_pairs", "simulate_study"],
        "privacy": ["audit_release", "require_clean"],
        "_pseudonyms": ["new_key", "pseudonymize"],
        "preprocess": ["preprocess_study", "preprocessed_table", "preprocessor", "preprocessor_for"],
        "advice": [
            "Finding",
            "advise",
            "closure_effect",
            "depth_correlations",
            "depth_effect",
            "is_closed",
            "log_effect",
            "pairs_by_closure",
        ],
        "stability": ["Agreement", "latent_agreement"],
        "autoencoder": ["Loadings", "OmicsAutoencoder", "autoencoder_preset", "count_parameters"],
        "_steady": ["steady_learning_rate"],
        "_unusual": ["unusual_samples"],
        "importance": ["feature_importance", "importance_by_name"],
        "model_file": ["read_autoencoder", "write_autoencoder"],
        "_fdr": ["benjamini_hochberg", "benjamini_yekutieli"],
        "_nulls": ["bonferroni_limits", "compare_nulls"],
        "_design": ["residual_degrees_of_freedom"],
        "_spearman_matrix": ["spearman_matrix"],
        "association": ["Associations", "associate", "permutations_for"],
        "_covariate_comparison": ["compare_covariates"],
        "_latent_pairs": ["correlate_latents"],
        "decoding": ["DecodedPairs", "decode_latent_pairs"],
        "human_gem": ["learnable_pairs", "prior_pairs", "read_human_gem"],
        "graph": ["build_graph"],
        "world": ["World", "study_world"],
        "_refinement": ["Refinement", "ranked_table"],
        "refine": ["refine"],
        "candidates": ["rank_candidates", "robust_rank_aggregation"],
        "_cross_validation": ["CrossValidation", "cross_validate_reconstruction", "reconstruction_r2"],
        "_baselines": ["baseline_rankings"],
        "_mofa": ["mofa_installed", "mofa_ranking"],
        "_ranking_metrics": ["evaluate_ranking"],
        "_ranking_differences": ["saturated"],
        "_known_pairs": ["pairs_among"],
        "_rankings": ["Ranking"],
        "evaluate": ["compare_rankings", "metric_table"],
        "sample_graph": [
            "SampleGraphClassifier",
            "SampleHeads",
            "count_sample_parameters",
            "cross_validate_samples",
            "held_out_labels",
            "label_scores",
            "label_summary",
            "sample_heads",
            "side_by_side",
        ],
        "embedding": [
            "NeighbourAgreement",
            "by_similarity",
            "embed",
            "is_number",
            "neighbour_agreement",
            "neighbours_by_map",
            "shuffled_latents",
            "variance_explained",
        ],
        "plots": ["write_figure"],
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
