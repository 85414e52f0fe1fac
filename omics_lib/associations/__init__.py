"""Which genes go with which metabolites, and which latents."""

from ._associate import associate as associate
from ._associate import permutations_for as permutations_for
from ._covariates import compare_covariates as compare_covariates
from ._decoding import DecodedPairs as DecodedPairs
from ._decoding import decode_latent_pairs as decode_latent_pairs
from ._latent_pairs import correlate_latents as correlate_latents
from ._lists import lists_by_rule as lists_by_rule
from ._results import Associations as Associations
