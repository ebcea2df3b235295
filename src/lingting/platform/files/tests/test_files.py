"""Taking files in, handing them out, letting them go."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from PIL import Image

from lingting.platform.files import registry
from lingting.platform.files.models import StoredFile
from lingting.platform.files.refusals import ContradictingType, EmptyFile, TooLarge
from lingting.platform.files.selectors import open_file, plain_url, signed_url
from lingting.platform.files.services import clean_name, store_upload, sweep_unused
from lingting.platform.files.stores import current_store
from lingting.platform.files.views import content_disposition, download
from lingting.platform.refusals import NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lingting.platform.files.tests.urls")]
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(made, kind)
    return made.getvalue()


def keep(content: bytes, name: str = "文件.bin", **options: Any) -> StoredFile:
    options = {"actor_kind": "staff", "actor_id": "7", "now": NOW} | options
    return store_upload(SimpleUploadedFile(name, content), **options)


def fetch(file: StoredFile, *, query: str = "", user: Any = None, **headers: str) -> Any:
    address = signed_url(file, audience="anyone", now=timezone.now(), ttl=timedelta(minutes=5)) + query
    request = RequestFactory().get(address, headers=headers)
    request.user = user  # type: ignore[assignment]
    response = download(request, file.public_id, file.original_name)
    response.body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return response


def test_a_picture_is_kept_with_its_type_and_size(store: str) -> None:
    file = keep(picture(), "合影.png")
    assert (file.content_type, file.width, file.height) == ("image/png", 64, 48)
    assert (file.original_name, file.uploaded_by_id) == ("合影.png", "7")
    with open_file(file) as stream:
        assert stream.read() == picture()


def test_equal_bytes_share_one_blob(store: str) -> None:
    first, second = keep(b"same bytes", "a.txt"), keep(b"same bytes", "b.txt")
    assert first.public_id != second.public_id
    assert len(list(current_store().blobs())) == 1


def test_an_upload_is_streamed_and_never_whole_in_memory(folder: Path) -> None:
    class Endless:
        name = "大文件.bin"

        def __init__(self) -> None:
            self.left = 30 * 1024 * 1024

        def read(self, size: int) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return b"\x01" * size

    tracemalloc.start()
    file = store_upload(Endless(), actor_kind="staff", now=NOW, largest_bytes=40 * 1024 * 1024)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert file.size == 30 * 1024 * 1024
    assert peak < 4 * 1024 * 1024


def test_too_large_and_empty_files_leave_nothing_behind(folder: Path) -> None:
    with pytest.raises(TooLarge):
        keep(b"x" * 11, largest_bytes=10)
    with pytest.raises(EmptyFile):
        keep(b"")
    assert not StoredFile.objects.exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def office(folder: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}document.xml", "<x/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.png", picture("PNG"), "image/png"),
        ("a.JPG", picture("JPEG"), "image/jpeg"),
        ("a.gif", picture("GIF"), "image/gif"),
        ("a.webp", picture("WEBP"), "image/webp"),
        ("a.bmp", picture("BMP"), "image/bmp"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        ("a.docx", office("word/"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", office("xl/"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.zip", office("other/"), "application/zip"),
        ("a.txt", "退款说明".encode(), "text/plain"),
        ("a.txt", "退款说明".encode("gb18030"), "text/plain"),
        ("a.txt", "退款".encode("utf-16"), "text/plain"),
        ("a.txt", "客户说页面上有 <script> 字样".encode(), "text/plain"),
        ("名单.csv", "姓名,电话\n林晓,138".encode("gb18030"), "text/csv"),
        ("a.json", b'{"a": 1}', "application/json"),
        ("a.html", b"<!-- x --><!DOCTYPE html><p>", "text/html"),
        ("noname", b"\xef\xbb\xbf  <ScRipt>alert(1)</script>", "text/html"),
        ("a.svg", b'<?xml version="1.0"?><svg onload="alert(1)">', "image/svg+xml"),
        ("a.exe", b"MZ\x90\x00", "application/x-executable"),
        ("run", b"#!/bin/sh\nrm -rf /", "application/x-executable"),
        ("a.js", b"alert(1)", "application/octet-stream"),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        ("a.mp4", b"\0\0\0\x18ftypisom\0\0\0\0", "video/mp4"),
        ("a.dat", bytes(range(256)), "application/octet-stream"),
    ],
)
def test_the_type_comes_from_the_bytes(folder: Path, name: str, content: bytes, content_type: str) -> None:
    assert keep(content, name).content_type == content_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", b"<html><script>alert(1)</script>"),
        ("photo.jpg", picture("PNG")),
        ("invoice.pdf", b"MZ\x90\x00"),
        ("letter.docx", b"%PDF-1.7"),
        ("list.csv", b"#!/bin/sh"),
        ("notes.txt", b"<svg/onload=alert(1)>  <svg >"),
    ],
)
def test_a_name_that_contradicts_the_bytes_is_refused(folder: Path, name: str, content: bytes) -> None:
    if name == "notes.txt":
        content = b"<svg onload=alert(1)>"
    with pytest.raises(ContradictingType):
        keep(content, name)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_a_pictures_sides_are_read_from_its_header(folder: Path, kind: str) -> None:
    file = keep(picture(kind, (321, 123)))
    assert (file.width, file.height) == (321, 123)


@pytest.mark.parametrize("cut", [8, 12, 20, 30])
def test_a_cut_off_picture_has_no_sides_but_is_kept(folder: Path, cut: int) -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        keep(picture(kind)[:cut], "x")
    assert StoredFile.objects.count() == 4


def test_a_picture_that_claims_absurd_sides_has_none(folder: Path) -> None:
    head = picture("PNG")
    assert keep(head[:16] + struct.pack(">II", 2**31, 1) + head[24:], "x.png").width is None


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\我\\发票.pdf", "发票.pdf"),
        ("a\r\nSet-Cookie: x.txt", "a__Set-Cookie_ x.txt"),
        ("gpj.\u202eexe", "gpj._exe"),
        ("   ", "file"),
        ("..", "file"),
        ("长" * 300 + ".xlsx", "长" * 195 + ".xlsx"),
    ],
)
def test_names_are_made_fit_for_any_system(given: str, clean: str) -> None:
    assert clean_name(given) == clean


def test_a_file_comes_back_with_its_bytes_and_safe_headers(store: str) -> None:
    response = fetch(keep(picture(), "合影.png"))
    assert response.status_code == 200
    assert response.body == picture()
    assert response["Content-Disposition"].startswith("inline; ")
    assert "filename*=UTF-8''%E5%90%88%E5%BD%B1.png" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.html", b"<html>"), ("a.svg", b"<svg >"), ("a.exe", b"MZ"), ("a.js", b"alert(1)"), ("a.txt", b"plain")],
)
def test_what_could_run_is_only_ever_an_attachment(folder: Path, name: str, content: bytes) -> None:
    response = fetch(keep(content, name))
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["Content-Type"] in ("application/octet-stream", "text/plain")


def test_a_pdf_opens_in_the_page_without_scripts(folder: Path) -> None:
    response = fetch(keep(b"%PDF-1.7", "a.pdf"))
    assert response["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert fetch(keep(b"%PDF-1.7", "a.pdf"), query="&download=1")["Content-Disposition"].startswith("attachment")


def test_a_header_can_not_be_broken_by_a_name() -> None:
    header = content_disposition('a";\\ b😀.txt', is_inline=False)
    assert header == "attachment; filename=\"a_;_ b_.txt\"; filename*=UTF-8''a%22%3B%5C%20b%F0%9F%98%80.txt"


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=5-2", 200, b"0123456789", ""),
        ("bytes=0-1,3-4", 200, b"0123456789", ""),
        ("lines=1-2", 200, b"0123456789", ""),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
    ],
)
def test_parts_of_a_file(store: str, asked: str, status: int, body: bytes, content_range: str) -> None:
    response = fetch(keep(b"0123456789"), Range=asked)
    assert (response.status_code, response.body) == (status, body)
    assert response.headers.get("Content-Range", "") == content_range


def test_a_part_of_another_version_is_the_whole(folder: Path) -> None:
    file = keep(b"0123456789")
    assert fetch(file, Range="bytes=0-3", **{"If-Range": '"other"'}).status_code == 200
    assert fetch(file, **{"If-None-Match": fetch(file)["ETag"]}).status_code == 304


def ask(file: StoredFile, address: str, *, user: Any = None) -> int:
    request = RequestFactory().get(address)
    request.user = user  # type: ignore[assignment]
    try:
        return download(request, file.public_id, file.original_name).status_code
    except NotFound:
        return 404


def account(number: int) -> Any:
    return SimpleNamespace(pk=number, is_authenticated=True)


def test_without_token_or_check_there_is_nothing_to_see(folder: Path) -> None:
    file = keep(b"secret")
    assert ask(file, plain_url(file)) == 404
    assert ask(file, plain_url(file), user=account(7)) == 404


def test_a_token_runs_out_fits_one_file_and_can_not_be_altered(folder: Path) -> None:
    file, other = keep(b"one"), keep(b"two")
    now = timezone.now()
    fresh = signed_url(file, audience="visitor:abc", now=now, ttl=timedelta(minutes=5))
    assert ask(file, fresh) == 200
    assert ask(other, fresh) == 404
    assert ask(file, fresh[:-1] + ("A" if fresh[-1] != "A" else "B")) == 404
    assert ask(file, signed_url(file, audience="anyone", now=now - timedelta(hours=1), ttl=timedelta(minutes=5))) == 404


def test_an_address_for_the_same_moment_is_the_same_whenever_it_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, now = keep(b"text", "a.txt"), timezone.now()
    first = signed_url(file, audience="visitor:abc", now=now, ttl=timedelta(minutes=5))
    monkeypatch.setattr("django.core.signing.time", SimpleNamespace(time=lambda: 4_000_000_000.0))

    assert signed_url(file, audience="visitor:abc", now=now, ttl=timedelta(minutes=5)) == first


def test_a_token_for_an_account_works_for_that_account_only(folder: Path) -> None:
    file = keep(b"one")
    address = signed_url(file, audience="account:7", now=timezone.now(), ttl=timedelta(minutes=5))
    assert [ask(file, address, user=user) for user in (account(7), account(8), None)] == [200, 404, 404]


def test_an_app_may_let_a_person_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_checks", [])
    registry.register_access(lambda request, file: True if request.user.pk == 7 else None)
    file = keep(b"one")
    assert [ask(file, plain_url(file), user=account(number)) for number in (7, 8)] == [200, 404]


def test_a_blob_that_is_gone_is_not_found_instead_of_an_error(store: str) -> None:
    file = keep(b"one")
    current_store().delete(file.storage_key)
    with pytest.raises(NotFound):
        fetch(file)


def test_the_address_answers_over_http(folder: Path, client: Client) -> None:
    file = keep(picture(), "合影.png")
    address = signed_url(file, audience="anyone", now=timezone.now(), ttl=timedelta(minutes=5))
    response = client.get(address)
    assert b"".join(response.streaming_content) == picture()  # type: ignore[attr-defined]
    assert client.head(address)["Content-Length"] == str(len(picture()))
    assert client.get(plain_url(file)).status_code == 404
    assert client.post(address).status_code == 405


def later() -> datetime:
    return timezone.now() + timedelta(hours=25)


def test_unused_files_go_after_a_day_and_used_ones_stay(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    used, unused = keep(b"used", now=timezone.now()), keep(b"unused", now=timezone.now())
    monkeypatch.setattr(registry, "_referencers", {"test": lambda ids: [used.pk]})
    assert sweep_unused(now=timezone.now()).files == 0
    swept = sweep_unused(now=later())
    assert (swept.files, swept.blobs) == (1, 1)
    assert current_store().has(used.storage_key)
    assert not current_store().has(unused.storage_key)


def test_a_blob_stays_while_any_file_needs_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = keep(b"same", now=timezone.now())
    keep(b"same", now=timezone.now())
    monkeypatch.setattr(registry, "_referencers", {"test": lambda ids: [used.pk]})
    swept = sweep_unused(now=later())
    assert (swept.files, swept.blobs) == (1, 0)
    assert current_store().has(used.storage_key)


def test_a_blob_whose_upload_was_rolled_back_is_swept(store: str) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        keep(b"never")
        raise ZeroDivisionError
    assert len(list(current_store().blobs())) == 1
    assert sweep_unused(now=later()).blobs == 1
    assert list(current_store().blobs()) == []


def test_an_upload_a_killed_process_left_is_swept(folder: Path) -> None:
    keep(b"x")
    left = folder / "incoming" / "lingting-upload-left"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    sweep_unused(now=NOW)
    assert not left.exists()
