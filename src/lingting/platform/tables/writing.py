"""Writes tables that open well everywhere and in which no cell is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO

Cell = str | int | float | Decimal | date | datetime | None
LONGEST_CELL = 32_767

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


def csv_lines(rows: Iterable[Sequence[Cell]], *, has_mark: bool = True) -> Iterator[str]:
    """CSV in UTF-8, a line at a time; the mark at the beginning lets spreadsheet programs read Chinese.

    Numbers stay numbers, moments are "2026-11-21 09:30" of the zone they carry, None is an empty cell.
    """
    line = _Line()
    writer = csv.writer(line)
    if has_mark:
        yield _BOM
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        yield line.text


def _csv_cell(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return safe_cell(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return "" if cell is None else cell


def write_xlsx(rows: Iterable[Sequence[Cell]], *, target: IO[bytes], title: str) -> None:
    """One sheet, written as it goes: rows are not kept in memory. Texts are text cells, numbers numbers."""
    # A large package that few processes ever need: loaded with the first workbook.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])

    def text_cell(text: str) -> WriteOnlyCell:
        cell = WriteOnlyCell(sheet, value=safe_cell(ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_CELL]))
        cell.data_type = "s"
        cell.number_format = "@"
        return cell

    for row in rows:
        sheet.append([text_cell(cell) if isinstance(cell, str) else _plain(cell) for cell in row])
    book.save(target)


def _plain(cell: Cell) -> Cell:
    """A spreadsheet knows no time zones: the wall clock stands in the cell."""
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
