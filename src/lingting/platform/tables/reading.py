"""Reads CSV and XLSX row by row: memory does not grow with the table."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from lingting.platform.refusals import Invalid
from lingting.platform.tables.encodings import encoding_of

DELIMITERS = ",;\t|"
MOST_COLUMNS = 60
LONGEST_CELL = 6000
LARGEST_UNPACKED_BYTES = 400 * 1024 * 1024
_MARK = "\ufeff"


class BadTable(Invalid):
    """The file is not a table we can read."""

    code = "bad_table"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What is known of a table before its rows are read: `kind` csv or xlsx, the names of its columns, rows below them.

    `rows` is counted in a CSV and taken from the sheet's own measure in an XLSX, where it may be too high.
    """

    kind: str
    columns: list[str]
    rows: int
    encoding: str = ""
    delimiter: str = ""


def shape_of(stream: IO[bytes]) -> Shape:
    """Looks at a seekable file. Raises `BadTable` with what to do."""
    stream.seek(0)
    kind = "xlsx" if stream.read(4) == b"PK\x03\x04" else "csv"
    found = _xlsx_shape(stream) if kind == "xlsx" else _csv_shape(stream)
    if not any(found.columns):
        raise BadTable(_("The first row must name the columns, for example: name, phone, e-mail."))
    if len(found.columns) > MOST_COLUMNS:
        raise BadTable(_("The table has more than %(count)s columns. Leave out those not needed.") % {"count": MOST_COLUMNS})
    return found


def rows_of(stream: IO[bytes], *, shape: Shape, after: int = 0) -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of every row that holds something, numbered from 1 below the header; those up to `after` skipped.

    Cells are text: numbers without an idle ".0", dates in ISO form, formulas as the value they had when last saved.
    Each row has as many cells as there are columns. Raises `BadTable`.
    """
    rows = _xlsx_rows(stream) if shape.kind == "xlsx" else _csv_rows(stream, shape.encoding, shape.delimiter)
    width = len(shape.columns)
    header_seen = False
    number = 0
    for cells in rows:
        if not any(cells):
            number += header_seen
            continue
        if not header_seen:
            header_seen = True
            continue
        number += 1
        if number > after:
            yield number, [_clean(cell) for cell in (*cells[:width], *[""] * (width - len(cells)))]


def _clean(cell: str) -> str:
    """Without NULs; the apostrophe that protects a formula's sign in an export falls away again."""
    text = cell.replace("\x00", "").strip()[:LONGEST_CELL]
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _csv_shape(stream: IO[bytes]) -> Shape:
    encoding = encoding_of(stream)
    if encoding is None:
        raise BadTable(_("This is neither a CSV nor an XLSX file. Save the table as CSV UTF-8 or as XLSX and send that."))
    with _text(stream, encoding) as text:
        header = next((line for line in text if line.strip(" \r\n,;\t|" + _MARK)), "")
    delimiter = _delimiter_of(header)
    columns: list[str] = []
    count = 0
    for cells in _csv_rows(stream, encoding, delimiter):
        if columns:
            count += any(cells)
        elif any(cells):
            columns = cells
    return Shape(kind="csv", columns=_names(columns), rows=count, encoding=encoding, delimiter=delimiter)


def _delimiter_of(header: str) -> str:
    """The sign that parts the header's cells: the commonest one outside quotes."""
    outside = "".join(part for index, part in enumerate(header.split('"')) if index % 2 == 0)
    counts = Counter(sign for sign in outside if sign in DELIMITERS)
    return counts.most_common(1)[0][0] if counts else ","


def _csv_rows(stream: IO[bytes], encoding: str, delimiter: str) -> Iterator[list[str]]:
    with _text(stream, encoding) as text:
        try:
            for row in csv.reader((line.replace("\x00", "") for line in text), delimiter=delimiter or ","):
                yield [cell.strip().lstrip(_MARK) for cell in row]
        except csv.Error as error:
            raise BadTable(_("A row cannot be read: a quotation mark is open or a cell is far too long.")) from error
        except UnicodeDecodeError as error:
            raise BadTable(_("The file changes its encoding on the way. Save it as CSV UTF-8.")) from error


@contextmanager
def _text(stream: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """The stream from its beginning as lines of text; it stays open for whoever lent it."""
    stream.seek(0)
    wrapped = io.TextIOWrapper(stream, encoding=encoding, newline="")  # type: ignore[type-var]
    try:
        yield wrapped
    finally:
        if not stream.closed:
            wrapped.detach()


def _xlsx_shape(stream: IO[bytes]) -> Shape:
    columns: list[str] = []
    for cells in _xlsx_rows(stream):
        if any(cells):
            columns = cells
            break
    stream.seek(0)
    from openpyxl import load_workbook

    book = load_workbook(stream, read_only=True, data_only=True)
    try:
        measure = book.worksheets[0].max_row if book.worksheets else 0
    finally:
        book.close()
    return Shape(kind="xlsx", columns=_names(columns), rows=max(0, (measure or 1) - 1))


def _xlsx_rows(stream: IO[bytes]) -> Iterator[list[str]]:
    _check_archive(stream)
    # A large package that few processes ever need: loaded with the first workbook.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(stream, read_only=True, data_only=True)
        if not book.worksheets:
            raise BadTable(_("The workbook has no sheet with rows."))
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # type: ignore[union-attr]
        for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
            yield _trimmed([_cell_text(value) for value in row])
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise BadTable(
            _("The XLSX file is damaged. Open it in your spreadsheet program, save it again and send that.")
        ) from error


def _check_archive(stream: IO[bytes]) -> None:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:  # type: ignore[arg-type]
            unpacked = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        raise BadTable(
            _("The XLSX file is damaged. Open it in your spreadsheet program, save it again and send that.")
        ) from error
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise BadTable(_("The workbook is too large. Split it, or save the sheet as CSV."))
    stream.seek(0)


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _names(columns: list[str]) -> list[str]:
    return [name[:80] for name in _trimmed(list(columns))]


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    if isinstance(value, float | Decimal):
        return format(Decimal(str(value)).normalize(), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()
