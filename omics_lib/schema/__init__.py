"""The parameters of a run and the columns of its tables, checked against `data_schema/` and put in words."""

from ._documents import read_document as read_document
from ._parameters import READING as READING
from ._parameters import check_parameter as check_parameter
from ._parameters import default_parameters as default_parameters
from ._parameters import describe_parameters as describe_parameters
from ._parameters import read_parameters as read_parameters
from ._rule_words import allowed as allowed
from ._rule_words import branches as branches
from ._schemas import read_schema as read_schema
from ._schemas import schema_names as schema_names
from ._schemas import schema_of as schema_of
from ._tables import validate_table as validate_table
