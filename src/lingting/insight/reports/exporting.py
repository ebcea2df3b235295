"""Tables as CSV (with BOM, so that Excel reads Chinese) and XLSX; cells that a spreadsheet would run are made plain."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def plain(value: Any) -> Any:
    """A text that begins like a formula gets an apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return value


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow(["" if cell is None else plain(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.append(list(head))
    for row in rows:
        sheet.append([plain(cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
