"""What may leave the house: pseudonyms, and an audit that looks for names."""

from ._aggregates import release_tables as release_tables
from ._audit import audit_release as audit_release
from ._audit import require_clean as require_clean
from ._keys import read_identifiers as read_identifiers
from ._keys import read_key as read_key
from ._metadata import smallest_class as smallest_class
from ._metadata import unique_share as unique_share
from ._pseudonyms import new_key as new_key
from ._pseudonyms import pseudonymize as pseudonymize
from ._release import names_like_words as names_like_words
from ._release import release_words as release_words
from ._release import write_release as write_release
from ._study import pseudonymize_study as pseudonymize_study
