"""Tables of customers: read in any encoding, tried before they are applied, each row counted once."""

from __future__ import annotations

import codecs
import csv
import io
import re
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from lingting.demo.world import World
from lingting.platform.tables import BadTable, csv_lines, rows_of, safe_cell, shape_of, write_xlsx
from lingting.service.crm import services
from lingting.service.crm.models import ContactPoint, Customer, Import
from lingting.service.crm.selectors import CustomerFilter
from lingting.service.crm.services import BadMapping, ImportStarted, importing

pytestmark = pytest.mark.django_db

TEXT = "姓名,手机号,城市,会员等级\n尉迟·阿依古丽,138 0000 9999,乌鲁木齐,VIP\n李雷,13900001111,成都,\n"
ENCODINGS = {
    "utf-8": TEXT.encode(),
    "utf-8 with mark": codecs.BOM_UTF8 + TEXT.encode(),
    "gb18030": TEXT.encode("gb18030"),
    "gb18030 with mark": ("\ufeff" + TEXT).encode("gb18030"),
    "utf-16 little": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "utf-16 big": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "semicolons": TEXT.replace(",", ";").encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
    "windows lines": TEXT.replace("\n", "\r\n").encode("gb18030"),
}


def upload(data: bytes, name: str = "客户.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def begun(data: bytes, world: World, now: datetime, name: str = "客户.csv") -> Import:
    run = services.start_import(upload(data, name), account=world.supervisor, now=now)
    services.begin_application(run.pk, now=now)
    return run


def applied(data: bytes, world: World, now: datetime, name: str = "客户.csv") -> Import:
    return services.apply_import(begun(data, world, now, name).pk, now=now)


def counts(run: Import) -> tuple[int, int, int, int]:
    return run.added, run.changed, run.unchanged, run.failed


@pytest.mark.parametrize("written", ENCODINGS)
def test_a_table_is_read_however_it_was_saved(written: str, world: World, now: datetime) -> None:
    run = applied(ENCODINGS[written], world, now)
    assert counts(run) == (2, 0, 0, 0)
    customer = ContactPoint.objects.get(value="13800009999").customer
    assert (customer.name, customer.city, customer.tier.key) == ("尉迟·阿依古丽", "乌鲁木齐", "vip")


def test_the_same_table_again_changes_nothing(world: World, now: datetime) -> None:
    applied(TEXT.encode(), world, now)
    assert counts(applied(TEXT.encode(), world, now)) == (0, 0, 2, 0)
    changed = applied(TEXT.replace("成都", "绵阳").encode(), world, now)
    assert counts(changed) == (0, 1, 1, 0)
    assert ContactPoint.objects.get(value="13900001111").customer.city == "绵阳"


def test_an_empty_cell_keeps_what_is_there(world: World, now: datetime) -> None:
    applied(TEXT.encode(), world, now)
    applied("姓名,手机号,城市\n,13900001111,\n".encode(), world, now)
    customer = ContactPoint.objects.get(value="13900001111").customer
    assert (customer.name, customer.city) == ("李雷", "成都")


def test_bad_rows_hold_nobody_up_and_say_why(world: World, now: datetime) -> None:
    table = "姓名,电话,等级\n甲,晚上打,\n乙,13911112222,钻石\n,,\n丙,13911113333,\n丁,13911113333 / 13911114444,\n"
    run = applied(table.encode(), world, now)
    assert counts(run) == (1, 1, 0, 2)
    assert list(run.rows.values_list("number", flat=True)) == [1, 2]
    assert "晚上打" in run.rows.get(number=1).problems[0]
    assert run.rows.get(number=2).cells == ["乙", "13911112222", "钻石"]


def test_an_id_of_the_own_system_goes_before_numbers(world: World, now: datetime) -> None:
    applied("客户编号,姓名,电话\nA1,甲,13700000001\nA2,乙,13700000002\n".encode(), world, now)
    run = applied("客户编号,姓名,电话\nA1,甲甲,13700000009\nA2,乙,13700000001\n".encode(), world, now)
    assert counts(run) == (0, 1, 0, 1)
    first = Customer.objects.get(external_id="A1")
    assert first.name == "甲甲"
    assert first.contact_points.count() == 2


def test_a_merged_customer_is_met_as_the_kept_one(world: World, now: datetime) -> None:
    applied("编号,姓名,电话\nA1,甲,13700000001\nA2,乙,13700000002\n".encode(), world, now)
    one, other = Customer.objects.get(external_id="A1"), Customer.objects.get(external_id="A2")
    services.merge_customers(one.pk, absorbed_id=other.pk, actor=world.team_leader.as_actor, now=now)
    run = applied("编号,姓名,城市\nA2,甲,昆明\n".encode(), world, now)
    assert counts(run) == (0, 1, 0, 0)
    assert Customer.objects.get(pk=one.pk).city == "昆明"
    assert Customer.objects.get(pk=one.pk).external_id == "A1"


def test_a_worker_that_dies_leaves_no_row_out_and_none_twice(world: World, now: datetime, monkeypatch) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 3)
    table = "姓名,电话\n" + "".join(f"客户{number},1360000{number:04}\n" for number in range(10))
    run = begun(table.encode(), world, now)
    whole = importing._apply_chunk
    done = []

    def dying(*given, **named):
        if len(done) == 2:
            raise SystemExit
        done.append(1)
        return whole(*given, **named)

    monkeypatch.setattr(importing, "_apply_chunk", dying)
    with pytest.raises(SystemExit):
        services.apply_import(run.pk, now=now)
    assert Import.objects.get(pk=run.pk).done_rows == 6
    monkeypatch.setattr(importing, "_apply_chunk", whole)
    finished = services.apply_import(run.pk, now=now)
    assert counts(finished) == (10, 0, 0, 0)
    assert finished.state == "finished"
    assert ContactPoint.objects.filter(value__startswith="1360000").count() == 10
    assert counts(services.apply_import(run.pk, now=now)) == (10, 0, 0, 0)


def test_an_import_begins_once(world: World, now: datetime) -> None:
    run = begun(TEXT.encode(), world, now)
    with pytest.raises(ImportStarted):
        services.begin_application(run.pk, now=now)
    with pytest.raises(ImportStarted):
        services.set_mapping(run.pk, mapping={0: "name"})


def test_columns_can_be_chosen_but_not_twice(world: World, now: datetime) -> None:
    run = services.start_import(upload("a,b\n张三,李四\n".encode()), account=world.supervisor, now=now)
    assert run.mapping == {}
    with pytest.raises(BadMapping):
        services.begin_application(run.pk, now=now)
    with pytest.raises(BadMapping):
        services.set_mapping(run.pk, mapping={0: "name", 1: "name"})
    run = services.set_mapping(run.pk, mapping={1: "name"})
    assert services.preview_rows(run)[0].profile["name"] == "李四"
    assert not Customer.objects.filter(name="李四").exists()


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_workbook_is_read_with_numbers_as_numbers_and_formulas_as_values(world: World, now: datetime) -> None:
    data = workbook(["姓名", "手机", "备注"], ["甲", 13500001234, 7.0], ["乙", "13500005678", "=1+1"])
    run = applied(data, world, now, "客户.xlsx")
    assert counts(run) == (2, 0, 0, 0)
    assert ContactPoint.objects.get(value="13500001234").customer.remarks == "7"
    assert ContactPoint.objects.get(value="13500005678").customer.remarks == ""  # never calculated: no value


def test_hostile_cells_are_kept_as_text_and_leave_harmless(world: World, now: datetime) -> None:
    evil = '=HYPERLINK("http://evil.example","click")'
    target = io.StringIO()
    csv.writer(target).writerows([["name", "phone"], [evil, "+1 415 555 0100"]])
    applied(target.getvalue().encode(), world, now)
    assert Customer.objects.filter(name=evil).exists()
    lines = "".join(csv_lines(services.export_rows(CustomerFilter(words="click"), now=now)))
    row = list(csv.reader(io.StringIO(lines.lstrip("\ufeff"))))[1]
    assert row[1] == f"'{evil}"
    assert row[2] == "'+14155550100"
    book = io.BytesIO()
    write_xlsx(services.export_rows(CustomerFilter(words="click"), now=now), target=book, title="客户")
    cell = load_workbook(book).active["B2"]
    assert (cell.data_type, cell.value) == ("s", f"'{evil}")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx"])
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_an_export_can_be_imported_again_without_change(world: World, now: datetime) -> None:
    applied("姓名,电话\n甲,+1 415 555 0100\n".encode(), world, now)
    lines = "".join(csv_lines(services.export_rows(CustomerFilter(), now=now)))
    run = applied(lines.encode(), world, now)
    assert run.failed == 0
    assert (run.added, run.changed) == (0, 0)
    assert run.unchanged == Customer.objects.current().filter(is_guest=False).count()


@pytest.mark.parametrize(
    "data",
    [b"\x00\x01\x02\xff\xfe\xfd" * 50, b"PK\x03\x04 not really", b"\n\n\n", b'name,phone\n"open,1\n' + b"x" * 200_000],
    ids=["bytes", "broken workbook", "empty lines", "open quote"],
)
def test_what_is_no_table_is_refused_with_advice(data: bytes) -> None:
    with pytest.raises(BadTable) as refused:
        shape = shape_of(io.BytesIO(data))
        list(rows_of(io.BytesIO(data), shape=shape))
    assert str(refused.value)


def test_pages_lead_from_upload_to_result(world: World, sign_in, now: datetime) -> None:
    client = sign_in(world.supervisor)
    page = client.post("/customers/imports/new/", {"file": upload((TEXT + "坏,xx,,\n").encode("gb18030"))})
    run = Import.objects.get()
    assert page.headers["Location"] == f"/customers/imports/{run.pk}/"
    preview = client.get(f"/customers/imports/{run.pk}/").content.decode()
    assert "尉迟·阿依古丽" in preview and "“xx” is not a phone number" in preview
    assert not ContactPoint.objects.filter(value="13800009999").exists()
    assert client.post(f"/customers/imports/{run.pk}/application/").status_code == 302
    services.apply_import(run.pk, now=now)
    assert "2" in client.get(f"/customers/imports/{run.pk}/progress/").content.decode()
    problems = b"".join(client.get(f"/customers/imports/{run.pk}/problems/").streaming_content).decode()
    assert "坏,xx" in problems and "is not a phone number" in problems


def test_the_button_counts_what_comes_in_not_the_idle_rows_of_a_workbook(world: World, sign_in, now: datetime) -> None:
    table = workbook(["姓名", "电话"], ["新客一", "13911110001"], ["坏号码", "12"], ["", ""], ["", ""])
    run = services.start_import(upload(table, "客户.xlsx"), account=world.supervisor, now=now)
    page = sign_in(world.supervisor).get(f"/customers/imports/{run.pk}/").content.decode()
    assert re.findall(r"Import \d+ rows?", page) == ["Import 1 row"]


def test_a_wrong_upload_is_answered_at_the_field(world: World, sign_in) -> None:
    page = sign_in(world.supervisor).post("/customers/imports/new/", {"file": upload(b"")})
    assert page.status_code == 422
    assert not Import.objects.exists()


def test_an_agent_neither_imports_nor_exports(world: World, sign_in) -> None:
    client = sign_in(world.newcomer)
    assert client.get("/customers/imports/new/").status_code == 403
    assert client.get("/customers/export/csv/").status_code == 403
