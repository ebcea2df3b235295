"""A table as a download: CSV streamed line by line, XLSX from a file on disk; memory does not grow with the rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from lingting.platform.refusals import NotFound
from lingting.platform.tables.writing import Cell, csv_lines, write_xlsx

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UnknownForm(NotFound):
    """Neither CSV nor XLSX was asked for."""

    code = "unknown_form"


def table_response(
    rows: Iterable[Sequence[Cell]], *, form: str, name: str, title: str, has_mark: bool = True
) -> HttpResponseBase:
    """The rows (the first names the columns) as a file `name.csv` or `name.xlsx`; Chinese names are kept.

    Rows are fetched while the CSV is sent, after the view has returned: texts in the reader's language must be
    settled before. `title` names the sheet. Raises `UnknownForm`.
    """
    if form == "csv":
        answer = StreamingHttpResponse((line.encode() for line in csv_lines(rows, has_mark=has_mark)), content_type=CSV_TYPE)
        answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or "attachment"
        return answer
    if form != "xlsx":
        raise UnknownForm(_("Choose CSV or XLSX."))
    target = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_xlsx(rows, target=target, title=title)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)
