"""What may leave the house: pseudonyms, and an audit that looks for names."""

from ._audit import audit_release as audit_release
from ._audit import require_clean as require_clean
from ._pseudonyms import new_key as new_key
from ._pseudonyms import pseudonymize as pseudonymize
