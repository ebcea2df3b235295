"""Static files lie under an address that changes with what they hold."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.test import Client

from lingting.config.static_files import version_of


def test_a_browser_may_keep_a_file_for_ever() -> None:
    answer = Client().get(static("ui/shell.js"))
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    assert version_of(settings.SOURCE) in static("ui/shell.js")


def test_the_address_is_another_when_any_file_is(tmp_path: Path) -> None:
    page = tmp_path / "app" / "static" / "app" / "page.js"
    page.parent.mkdir(parents=True)
    page.write_text("one")
    (tmp_path / "app" / "code.py").write_text("no file of the browser's")
    first = version_of(tmp_path)
    (tmp_path / "app" / "code.py").write_text("changed")
    assert version_of(tmp_path) == first
    page.write_text("two")
    second = version_of(tmp_path)
    page.rename(page.with_name("side.js"))
    assert len({first, second, version_of(tmp_path)}) == 3
