"""The autoencoder of one table: fitted, compared, read and written."""

from ._agreed_latents import AgreedLatents as AgreedLatents
from ._agreed_latents import agreed_latents as agreed_latents
from ._agreed_latents import latents_to_keep as latents_to_keep
from ._autoencoder import OmicsAutoencoder as OmicsAutoencoder
from ._cohort_axes import CohortAxes as CohortAxes
from ._cohort_axes import cohort_axes as cohort_axes
from ._cross_validation import CrossValidation as CrossValidation
from ._cross_validation import cross_validate_reconstruction as cross_validate_reconstruction
from ._cross_validation import reconstruction_r2 as reconstruction_r2
from ._enrichment import gene_set_enrichment as gene_set_enrichment
from ._fold_roles import fold_roles as fold_roles
from ._importance import feature_importance as feature_importance
from ._importance import importance_by_name as importance_by_name
from ._jacobian import Loadings as Loadings
from ._model_file import read_autoencoder as read_autoencoder
from ._model_file import write_autoencoder as write_autoencoder
from ._prediction import cross_validate_labels as cross_validate_labels
from ._prediction import label_to_predict as label_to_predict
from ._presets import autoencoder_preset as autoencoder_preset
from ._presets import count_parameters as count_parameters
from ._shrunk import ShrunkPCA as ShrunkPCA
from ._shrunk import chosen_share as chosen_share
from ._shrunk import cohort_gain as cohort_gain
from ._stability import Agreement as Agreement
from ._stability import latent_agreement as latent_agreement
from ._steady import steady_learning_rate as steady_learning_rate
