"""Writes tables that open well everywhere and in which no cell is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\ufeff"


class _Line:
    """Takes what the csv writer writes, a line at a time."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula: an apostrophe before the signs that begin one."""
    return f"'{text}" if text.startswith(_SIGNS) else text


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """CSV in UTF-8 with a mark at the beginning (spreadsheet programs then read Chinese), a line at a time."""
    line = _Line()
    writer = csv.writer(line)
    yield _BOM
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        yield line.text


def write_xlsx(rows: Iterable[Sequence[str]], *, target: IO[bytes], title: str) -> None:
    """One sheet of text cells, written as it goes: rows are not kept in memory."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=safe_cell(ILLEGAL_CHARACTERS_RE.sub("", text)[:32_767]))
            cell.data_type = "s"
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    book.save(target)
