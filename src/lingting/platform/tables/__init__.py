"""Tables as files: read in any encoding they come in, written so that nothing in them runs, answered as a download.

Owns CSV and XLSX; what stands in a table is its app's.
"""

from lingting.platform.tables.answering import UnknownForm, table_response
from lingting.platform.tables.reading import BadTable, Shape, rows_of, shape_of
from lingting.platform.tables.writing import Cell, csv_lines, safe_cell, write_xlsx

__all__ = [
    "BadTable",
    "Cell",
    "Shape",
    "UnknownForm",
    "csv_lines",
    "rows_of",
    "safe_cell",
    "shape_of",
    "table_response",
    "write_xlsx",
]
