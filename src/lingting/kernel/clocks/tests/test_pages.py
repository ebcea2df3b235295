"""The pages of promises and the pieces that other screens show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils.translation import override

from lingting.demo.world import World
from lingting.kernel.clocks import foundation, services
from lingting.kernel.clocks.models import BreachReason, Clock, Kind
from lingting.kernel.clocks.presenting import chip_text, span_text
from lingting.kernel.clocks.selectors import clocks_of
from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.ui.spans import SpanField

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}


def client_of(account: Any) -> Client:
    client = Client(**LOCAL)
    client.force_login(account)
    return client


def overdue(now: datetime) -> Clock:
    foundation.lay(now=now)
    services.ensure_kind("tests", name_zh="测试", name_en="Test", target_minutes=130)
    begun = now - timedelta(hours=3)
    clock = services.start_clock("tests", subject_kind="tests.thing", subject_id=1, started_at=begun, actor=SYSTEM, now=begun)
    services.sweep(now=now)
    return clock


def test_a_chip_says_what_is_left_in_both_languages(world: World, now: datetime) -> None:
    services.ensure_kind("tests", name_zh="测试", name_en="Test", target_minutes=130)
    services.start_clock("tests", subject_kind="tests.thing", subject_id=1, actor=SYSTEM, now=now)
    (standing,) = clocks_of("tests.thing", [1], now=now)[1]
    (late,) = clocks_of("tests.thing", [1], now=now + timedelta(minutes=165))[1]
    with override("zh-hans"):
        assert chip_text(standing) == "还剩 2 小时 10 分" and chip_text(late) == "超时 35 分" and span_text(20) == "不到 1 分"
    with override("en"):
        assert chip_text(standing) == "2 h 10 min left" and chip_text(late) == "35 min overdue"
    written = Template("{% load clocks %}{% clock_chip standing named=True %}").render(Context({"standing": late}))
    assert "lt-breach" in written and 'data-left="-2100"' in written and 'data-spans="always"' in written


def test_supervisors_set_kinds_and_reasons_and_agents_do_not(world: World, now: datetime) -> None:
    overdue(now)
    kind, client = Kind.objects.get(key="tests"), client_of(world.manager)
    assert client.get("/settings/promises/").status_code == 200
    given = {"name_zh": "测试", "name_en": "Test", "target_minutes": "1 h", "calendar": "", "warnings": "25，75"}
    assert client.post(f"/settings/promises/kinds/{kind.pk}/", given).status_code == 302
    kind.refresh_from_db()
    assert kind.target_minutes == 60 and [float(share) for share in kind.warning_shares] == [0.25, 0.75]
    assert client.post(f"/settings/promises/kinds/{kind.pk}/", {**given, "warnings": "120"}).status_code == 422
    client.post("/settings/promises/reasons/new/", {"name_zh": "停电", "name_en": "Power cut", "is_active": "on"})
    assert BreachReason.objects.get(name_zh="停电").key == "power-cut"
    assert client_of(world.newcomer).get("/settings/promises/").status_code == 403


@pytest.mark.parametrize("text, minutes", [
    ("24 h", 1440), ("24h", 1440), ("２４ 小时", 1440), ("1.5 h", 90), ("1 h 30 min", 90), ("1小时30分", 90), ("45 分钟", 45), ("90 MIN", 90),
])  # fmt: skip
def test_a_time_limit_is_written_in_words(text: str, minutes: int) -> None:
    field = SpanField()
    assert field.clean(text) == minutes
    for language in ("zh-hans", "en"):
        with override(language):
            assert field.clean(field.prepare_value(minutes)) == minutes


@pytest.mark.parametrize("text, says", [
    ("1440", "1440 h"), ("3 天", "hours"), ("2 d", "hours"), ("soon", "for example"), ("0 h", "1 min"), ("9000000 h", "longest"), ("-3 h", "for example"),
])  # fmt: skip
def test_what_is_no_time_limit_is_told_how_to_write_it(text: str, says: str) -> None:
    with override("en"), pytest.raises(ValidationError, match=says):
        SpanField().clean(text)


def test_a_breach_is_explained_from_its_history(world: World, now: datetime) -> None:
    clock = overdue(now)
    request = RequestFactory().get("/")
    request.user = world.newcomer
    written = Template('{% load clocks %}{% clock_history "tests.thing" 1 %}').render(Context({"request": request}))
    assert f"/clocks/{clock.pk}/explanation/" in written
    client, reason = client_of(world.newcomer), BreachReason.objects.get(key="hard-case")
    assert client.post(f"/clocks/{clock.pk}/explanation/", {"reason": ""}).status_code == 422
    assert client.post(f"/clocks/{clock.pk}/explanation/", {"reason": reason.pk, "note": "厂家检测"}).status_code == 302
    clock.refresh_from_db()
    assert clock.breach_reason == reason and clock.explained_by == world.newcomer
    assert "厂家检测" in Template('{% load clocks %}{% clock_history "tests.thing" 1 %}').render(Context({"request": request}))
