"""What host pages load: from any origin, small, kept as long as it may be."""

from __future__ import annotations

import gzip
import re

import pytest
from django.test import Client

from lingting.service.channels.chat.embedding import widget_files

LARGEST_TRANSFER_BYTES = 60 * 1024


def test_the_whole_widget_is_small() -> None:
    assert widget_files().gzipped_bytes < LARGEST_TRANSFER_BYTES


@pytest.mark.django_db
def test_the_script_is_served_to_any_origin_and_asked_again_by_etag(client: Client) -> None:
    answer = client.get("/chat/widget.js", headers={"Origin": "https://shop.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not answer.cookies
    again = client.get("/chat/widget.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.django_db
def test_modules_are_kept_for_ever_under_their_version_and_compressed(client: Client) -> None:
    version = widget_files().version
    assert f"/chat/widget/{version}/element.js" in client.get("/chat/widget.js").content.decode()
    answer = client.get(f"/chat/widget/{version}/element.js", headers={"Accept-Encoding": "gzip, br"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(answer.content).startswith(b"/**")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert client.get("/chat/widget/0123456789ab/element.js").headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nothing.js", "widget.js", "..%2Fmodels.py", "settings.css"])
def test_nothing_else_is_served(client: Client, name: str) -> None:
    assert client.get(f"/chat/widget/x/{name}").status_code == 404


def test_every_module_imports_only_modules_that_are_served() -> None:
    files = widget_files().files
    for name, file in files.items():
        for imported in re.findall(r'from "\./([\w-]+\.js)"', file.body.decode()):
            assert imported in files, f"{name} imports {imported}"


def test_no_module_makes_markup_of_text() -> None:
    for name, file in widget_files().files.items():
        found = re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", file.body.decode())
        assert found is None, f"{name}: {found}"


def test_both_languages_have_the_same_sentences() -> None:
    text = widget_files().files["sentences.js"].body.decode()
    english, chinese = text.split('"zh-hans": {')
    keys = [set(re.findall(r"(?:^\s*|[,{]\s*)(\w+): \"", part.split("const MINUTE")[0], re.MULTILINE)) for part in (english, chinese)]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 80
