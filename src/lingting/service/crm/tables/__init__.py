"""Tables of people as files: read in any encoding they come in, written so that nothing in them runs."""

from lingting.service.crm.tables.reading import BadTable, Shape, rows_of, shape_of
from lingting.service.crm.tables.writing import csv_lines, safe_cell, write_xlsx

__all__ = ["BadTable", "Shape", "csv_lines", "rows_of", "safe_cell", "shape_of", "write_xlsx"]
