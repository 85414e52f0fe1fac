"""One table of a file, read strictly: text, workbooks, Parquet, AnnData."""

from ._annotation import ANNOTATION as ANNOTATION
from ._binary import DAMAGED as DAMAGED
from ._binary import anndata_table as anndata_table
from ._binary import damaged as damaged
from ._excel import sheet_names as sheet_names
from ._kinds import EXCEL_SUFFIXES as EXCEL_SUFFIXES
from ._kinds import KINDS_READ as KINDS_READ
from ._kinds import TEXT_SUFFIXES as TEXT_SUFFIXES
from ._kinds import foreign as foreign
from ._kinds import is_foreign as is_foreign
from ._kinds import split_suffix as split_suffix
from ._kinds import unreadable as unreadable
from ._numbers import parse_number as parse_number
from ._numbers import plain_cells as plain_cells
from ._read import load_table as load_table
from ._read import read_table as read_table
from ._read import read_text_table as read_text_table
from ._reading import MISSING as MISSING
from ._reading import Reading as Reading
from ._reading import reading_of as reading_of
from ._row_numbers import is_unnamed as is_unnamed
from ._row_numbers import row_number_column as row_number_column
from ._row_numbers import row_numbers as row_numbers
from ._table import Table as Table
from ._table import check_names as check_names
from ._table import refuse_cells as refuse_cells
