"""What may leave the house: pseudonyms, and an audit that looks for names."""

from ._aggregates import release_tables as release_tables
from ._attacks import Success as Success
from ._attacks import attack_success as attack_success
from ._attacks import linked_share as linked_share
from ._attacks import membership_scores as membership_scores
from ._attacks import rebuild_sample as rebuild_sample
from ._attacks import shadow_scores as shadow_scores
from ._audit import audit_release as audit_release
from ._audit import require_clean as require_clean
from ._keys import read_identifiers as read_identifiers
from ._keys import read_key as read_key
from ._metadata import smallest_class as smallest_class
from ._noisy import laplace as laplace
from ._noisy import noise_plan as noise_plan
from ._noisy import noisy_release as noisy_release
from ._pseudonyms import new_key as new_key
from ._pseudonyms import pseudonymize as pseudonymize
from ._release import names_like_words as names_like_words
from ._release import release_words as release_words
from ._release import write_release as write_release
from ._study import pseudonymize_study as pseudonymize_study
from ._unlike import robust_scores as robust_scores
from ._unlike import unlike_others as unlike_others
