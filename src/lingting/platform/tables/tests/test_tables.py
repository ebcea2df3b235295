"""Tables leave the house so that they open well and nothing in them runs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from itertools import count, islice
from typing import Any

import pytest
from openpyxl import load_workbook

from lingting.platform.tables import BadTable, UnknownForm, csv_lines, safe_cell, shape_of, table_response, write_xlsx

ROWS: list[list[Any]] = [["名称", "数"], ["=HYPERLINK(1)", -2.5], [None, datetime(2026, 11, 21, 9, 30, tzinfo=UTC)]]


def test_csv_begins_with_a_mark_and_guards_formulas_but_not_numbers() -> None:
    assert "".join(csv_lines(ROWS)) == "\ufeff名称,数\r\n'=HYPERLINK(1),-2.5\r\n,2026-11-21 09:30\r\n"
    assert next(csv_lines(ROWS, has_mark=False)) == "名称,数\r\n"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_every_sign_that_begins_a_formula_gets_an_apostrophe(sign: str) -> None:
    assert safe_cell(f"{sign}1") == f"'{sign}1"


def test_xlsx_keeps_numbers_and_moments_and_texts_as_texts() -> None:
    target = BytesIO()
    write_xlsx([*ROWS, ["0123\x0b", "ok"]], target=target, title="表" * 40)
    sheet = load_workbook(target).active
    assert sheet is not None
    assert sheet.title == "表" * 31
    assert [cell.value for cell in sheet[2]] == ["'=HYPERLINK(1)", -2.5]
    assert sheet.cell(3, 2).value == datetime(2026, 11, 21, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    assert (sheet.cell(4, 1).value, sheet.cell(4, 1).number_format) == ("0123", "@")


def test_a_csv_is_sent_while_its_rows_come() -> None:
    answer: Any = table_response(([number] for number in count()), form="csv", name="工单", title="工单")
    assert b"".join(islice(answer, 4)) == b"\xef\xbb\xbf0\r\n1\r\n2\r\n"
    assert "filename*=utf-8''%E5%B7%A5%E5%8D%95.csv" in answer.headers["Content-Disposition"]


def test_another_form_is_refused() -> None:
    with pytest.raises(UnknownForm):
        table_response([], form="pdf", name="x", title="x")


def test_a_workbook_whose_inside_is_no_xml_is_refused_in_words() -> None:
    target = BytesIO()
    write_xlsx(ROWS, target=target, title="x")
    broken = BytesIO()
    with zipfile.ZipFile(target) as sound, zipfile.ZipFile(broken, "w") as spoilt:
        for name in sound.namelist():
            spoilt.writestr(name, b"<not xml" if name.startswith("xl/worksheets/") else sound.read(name))
    with pytest.raises(BadTable, match=r"damaged|损坏"):
        shape_of(broken)


def test_tables_are_read_and_written_without_loading_the_spreadsheet_package_beforehand() -> None:
    asked = "import sys, lingting.platform.tables as tables; print([name for name in ('openpyxl', 'numpy') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
