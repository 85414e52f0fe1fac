"""Which genes go with which metabolites, and which latents."""

from ._associate import associate as associate
from ._associate import permutations_for as permutations_for
from ._chosen import listed_in_sets as listed_in_sets
from ._chosen import profiles_of_pair as profiles_of_pair
from ._chosen import rank_of_pairs as rank_of_pairs
from ._chosen import rho_of_pairs as rho_of_pairs
from ._covariates import columns_to_hold as columns_to_hold
from ._covariates import compare_covariates as compare_covariates
from ._decoding import DecodedPairs as DecodedPairs
from ._decoding import decode_latent_pairs as decode_latent_pairs
from ._latent_pairs import correlate_latents as correlate_latents
from ._lists import lists_by_rule as lists_by_rule
from ._results import Associations as Associations
