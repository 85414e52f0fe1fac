"""omics_lib: integrate transcriptomics with metabolomics, reproducibly.

Names are imported when first used, so that `import omics_lib` is quick.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["rowspace", "plots", "narrate"],
    submod_attrs={
        "errors": [
            "ModelFileError", "OmicsError", "ParameterError", "ReleaseError", "RunError", "StudyError",
        ],
        "_modalities": ["MODALITIES"],
        "schema": ["default_parameters", "read_parameters", "validate_table"],
        "study": [
            "dependent_pairs", "fetch_dataset", "in_canonical_order", "read_cell_lines", "read_stage",
            "read_study", "simulate_study", "study_files", "unusual_samples", "write_study",
            "write_study_folder",
        ],
        "privacy": [
            "Success", "attack_success", "audit_release", "laplace", "linked_share",
            "membership_scores", "new_key", "noise_plan", "noisy_release", "pseudonymize",
            "pseudonymize_study", "read_key", "rebuild_sample", "release_tables",
            "require_clean", "robust_scores", "shadow_scores", "unlike_others", "write_release",
        ],
        "preprocess": [
            "is_closed", "preprocess_study", "preprocessed_table", "preprocessor", "preprocessor_for",
        ],
        "advice": [
            "Finding", "advise", "closure_effect", "depth_correlations", "depth_effect", "log_effect",
            "pairs_by_closure",
        ],
        "autoencoder": [
            "AgreedLatents", "Agreement", "CohortAxes", "CrossValidation", "Loadings", "OmicsAutoencoder",
            "ShrunkPCA", "agreed_latents", "autoencoder_preset", "chosen_share", "cohort_axes", "cohort_gain",
            "count_parameters", "cross_validate_axes", "cross_validate_labels",
            "cross_validate_reconstruction", "feature_importance", "fit_pipeline", "fold_roles",
            "gene_set_enrichment", "importance_by_name", "label_to_predict", "latent_agreement",
            "latents_to_keep", "read_autoencoder", "reconstruction_r2", "steady_learning_rate",
            "write_autoencoder",
        ],
        "correlation": [
            "PairWeights", "Profiles", "benjamini_hochberg", "benjamini_yekutieli", "bonferroni_limits",
            "cohort_weights", "compare_nulls",
            "residual_degrees_of_freedom", "spearman_matrix", "strongest_by_chance",
        ],
        "associations": [
            "Associations", "DecodedPairs", "associate", "columns_to_hold", "compare_covariates",
            "correlate_latents", "decode_latent_pairs", "listed_in_sets", "lists_by_rule",
            "permutations_for", "profiles_of_pair", "rank_of_pairs", "rho_of_pairs",
        ],
        "cohort": ["Cohort", "cohort_folder", "read_cohort"],
        "knowledge": ["learnable_pairs", "pairs_among", "pairs_to_follow", "prior_pairs", "read_human_gem"],
        "refinement": [
            "Refinement", "World", "build_graph", "rank_candidates", "ranked_table", "refine",
            "robust_rank_aggregation", "six_nodes", "study_world",
        ],
        "evaluation": [
            "TwoRuns", "baseline_rankings", "compare_findings", "compare_rankings", "evaluate_ranking",
            "metric_table", "mofa_installed", "mofa_ranking", "saturated",
        ],
        "pairs": ["PairScores", "Ranking"],
        "sample_graph": [
            "SampleGraphClassifier", "SampleHeads", "count_sample_parameters", "cross_validate_samples",
            "held_out_labels", "label_scores", "label_summary", "sample_heads", "side_by_side",
        ],
        "embedding": [
            "NeighbourAgreement", "by_similarity", "embed", "is_number", "neighbour_agreement",
            "neighbours_by_map", "shuffled_latents", "variance_explained",
        ],
        "transfer": [
            "CohortUse", "Lent", "Pretrained", "alignment", "cohort_rankings", "cohort_use",
            "lent_in_a_small_world", "lent_to_cell_lines", "pretrain", "read_cohort_axes",
            "write_cohort_axes",
        ],
        "plots": ["write_figure"],
        "_files": ["file_sha256", "write_json"],
        "evidence": ["Evidence", "read_evidence", "write_evidence"],
        "run": ["build_crate", "build_manifest", "init_study", "run_study", "table_sha256"],
        "grid": ["read_grid", "run_grid"],
        "book": ["render_book", "stage_book"],
    },
)  # fmt: skip
