"""What is watched has words: every table and every column of the record, in Chinese."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override

from lingting.platform.audit.models import Change
from lingting.platform.audit.words import column_label, model_of, shown, table_label
from lingting.platform.audit.writing import forget_watched_tables, watched_tables

CHINESE = re.compile("[\u4e00-\u9fff]")
SIGNS = {"7×24"}


@pytest.mark.django_db
def test_every_watched_table_and_column_is_named_in_chinese() -> None:
    forget_watched_tables()
    with override("zh-hans"):
        names = {table: table_label(table) for table in watched_tables()}
        for table in list(names):
            model = model_of(table)
            assert model is not None, table
            for field in model._meta.concrete_fields:
                names[f"{table}.{field.column}"] = column_label(field.column, model=model)
    assert len(names) > 100
    assert {where: name for where, name in names.items() if not CHINESE.search(name) and name not in SIGNS} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "is_chinese"), [("zh-hans", True), ("en", False)])
def test_tables_are_named_in_the_language_of_the_reader_whoever_read_before(language: str, is_chinese: bool) -> None:
    forget_watched_tables()
    with override("zh-hans"):
        tables = {table: table_label(table) for table in watched_tables()}
    with override(language):
        mixed = {table: table_label(table) for table in tables if bool(CHINESE.search(table_label(table))) is not is_chinese}
    assert mixed == {}


def test_a_value_that_is_one_of_a_few_is_said_in_the_word_of_its_choice() -> None:
    change = Change(table_name="accounts_account", object_id="8", action="change", changes={"language": ["en", "zh-hans"]})
    with override("zh-hans"):
        (line,) = shown(change).differences
    assert (line.name, line.old, line.new) == ("语言", "English", "简体中文")


@pytest.mark.parametrize(("via", "chinese", "english"), [
    ("api", "未登录的访客", "A visitor, not signed in"), ("interface", "未登录的访客", "A visitor, not signed in"),
    ("job", "聆听自动执行", "Lingting by itself"), ("command", "服务器操作人员", "Somebody at the server"),
    ("database", "直接操作数据库的人", "Somebody in the database itself"), ("carrier pigeon", "未知操作人", "Somebody unnamed"),
])  # fmt: skip
def test_where_no_person_can_be_named_the_way_says_who_it_must_have_been(via: str, chinese: str, english: str) -> None:
    change = Change(table_name="accounts_account", object_id="8", action="create", via=via, changes={})
    for language, name in (("zh-hans", chinese), ("en", english)):
        with override(language):
            assert shown(change).who == name and not shown(change).is_named
    change.actor_label = "周敏"
    assert shown(change).who == "周敏" and shown(change).is_named
