"""The content as a whole is consistent, read lazily, and bad files are refused with their reason."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lingting.demo import content
from lingting.demo.content import reading
from lingting.demo.content.records import (
    Bilingual,
)
from lingting.demo.content.tests.catalogue import HAN, all_text, models

MODEL = re.compile(r"HY-[A-Z]+\d+")
WORD = re.compile(r"[A-Za-z0-9'’]+")
VARIABLE = re.compile(r"{{\s*([^}]*?)\s*}}")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
OUTBOUND = {"follow_up", "proactive_care", "market_survey", "telesales", "booking"}


def test_every_model_number_written_anywhere_is_sold() -> None:
    for name, text in all_text():
        assert set(MODEL.findall(text)) <= models(), name


def test_no_plausible_telephone_number_is_written_anywhere() -> None:
    for name, text in all_text():
        assert all(number.startswith("1380000") for number in PHONE.findall(text)), name


def test_every_bilingual_text_is_written_in_both_languages() -> None:
    texts = list(_bilingual_texts([content.company(), content.organisation(), content.queue_plan()]))

    assert len(texts) > 150
    for text in texts:
        assert HAN.search(text.zh), text
        assert text.en and not HAN.search(text.en), text


def _bilingual_texts(value: object) -> Iterator[Bilingual]:
    if isinstance(value, Bilingual):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _bilingual_texts(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _bilingual_texts(getattr(value, name))


def test_nothing_is_read_at_import() -> None:
    code = (
        "import lingting.demo.content.reading as reading;"
        "print(sum(getattr(reading, name).cache_info().misses for name in dir(reading)"
        " if hasattr(getattr(reading, name), 'cache_info')))"
    )
    source = str(Path(reading.FOLDER).parents[2])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=source)

    assert done.stdout.strip() == "0"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "dialogues").mkdir()
    monkeypatch.setattr(reading, "FOLDER", tmp_path)
    return tmp_path


def test_a_missing_field_is_named(folder: Path) -> None:
    (folder / "canned.toml").write_text('[[replies]]\nshortcut = "hello"\nqueues = []\n', encoding="utf-8")

    with pytest.raises(content.ContentError, match="CannedReply lacks text, title"):
        reading.canned_replies.__wrapped__()


def test_an_unknown_field_is_named(folder: Path) -> None:
    (folder / "articles" / "categories.toml").write_text(
        '[[categories]]\nkey = "x"\ncolour = "red"\nname = {zh = "甲", en = "A"}\ndescription = {zh = "乙", en = "B"}\n',
        encoding="utf-8",
    )

    with pytest.raises(content.ContentError, match=r"unknown ArticleCategory field.* colour"):
        reading.article_categories.__wrapped__()


def test_an_article_without_front_matter_is_refused(folder: Path) -> None:
    (folder / "articles" / "loose.zh.md").write_text("没有开头\n", encoding="utf-8")

    with pytest.raises(content.ContentError, match=r"loose\.zh\.md"):
        reading.articles.__wrapped__()


@pytest.mark.parametrize(
    ("turn", "complaint"),
    [('["x", 0, "hi"]', "a turn is"), ('["c", 0]', "a turn is"), ('["c", "soon", "hi"]', "a turn is")],
)
def test_a_malformed_turn_is_refused(folder: Path, turn: str, complaint: str) -> None:
    (folder / "dialogues" / "bad.toml").write_text(
        f'[[dialogues]]\nkey = "bad"\nlanguage = "en"\nturns = [{turn}]\n', encoding="utf-8"
    )

    with pytest.raises(content.ContentError, match=complaint):
        reading.dialogues.__wrapped__()
