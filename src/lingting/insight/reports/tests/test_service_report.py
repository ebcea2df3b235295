"""The service report: the same figures as the wallboard, broken down, exported, within the reader's reach."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from lingting.demo.world import World
from lingting.insight.reports.questions import question_of
from lingting.insight.reports.selectors import service_report
from lingting.insight.wallboard.selectors import floor_now
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.crm.models import Customer
from lingting.service.desk.services import end_conversation, open_case, start_conversation
from lingting.service.routing.services import answer_directly, enqueue


@pytest.fixture
def a_day(world: World) -> datetime:
    """Today: one contact answered by 林晓 and one by a colleague elsewhere, one abandoned."""
    at = timezone.now() - timedelta(seconds=30)
    for agent in (world.newcomer, world.account("machi"), None):
        case = open_case(Customer.objects.all()[0].pk, queue_id=world.queue("orders").pk, channel="chat", actor=SYSTEM, now=at)
        talk = start_conversation(case.pk, channel="chat", now=at)
        enqueue(talk.pk, actor=SYSTEM, now=at)
        if agent:
            answer_directly(talk.pk, account_id=agent.pk, actor=agent.as_actor, now=at + timedelta(seconds=5))
        end_conversation(talk.pk, by="customer", actor=SYSTEM, now=at + timedelta(seconds=25))
    return timezone.now()


def test_report_and_wallboard_agree(a_day: datetime) -> None:
    report = service_report(question_of({"period": "today", "by": "queue"}, now=a_day), people=None, now=a_day)
    floor = floor_now(now=a_day)
    for key in ("service_level", "abandonment", "asa", "csat"):
        assert report.whole[key].value == floor.figures[key].value, key
    assert report.whole["offered"].value == sum(line.figures["offered"].value or 0 for line in report.lines) == 3


def test_people_are_shown_within_reach_only_and_have_no_abandonment(world: World, a_day: datetime) -> None:
    question = question_of({"period": "today", "by": "agent"}, now=a_day)
    everyone = service_report(question, people=None, now=a_day)
    mine = service_report(question, people=[world.newcomer.pk], now=a_day)
    assert len(everyone.lines) == 2
    assert [line.label for line in mine.lines] == ["林晓"]
    assert mine.lines[0].figures["abandonment"].value is None
    assert mine.lines[0].figures["service_level"].value == 1.0


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?period=never&by=nothing&queue=x&variant=y",
        "?period=custom&from=2026-13-45&to=",
        "?period=custom&from=1999-01-01&to=2030-01-01",
        "?queue=999999999999999999999",
    ],
)
def test_any_address_gives_a_report(world: World, client: Client, address: str) -> None:
    client.force_login(world.manager)
    assert client.get(reverse("reports:service") + address).status_code == 200


def test_exports_open_and_hold_the_same_numbers(world: World, client: Client, a_day: datetime) -> None:
    client.force_login(world.manager)
    csv = client.get(reverse("reports:export", args=["csv"]) + "?period=today&by=queue")
    content = b"".join(csv.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf") and "订单与物流" in content.decode("utf-8-sig")
    first = content.decode("utf-8-sig").splitlines()[1].split(",")
    assert first[1].isdecimal(), "a count is a whole number"
    days = b"".join(client.get(reverse("reports:export", args=["csv"]) + "?period=week&by=day").streaming_content)
    assert date.fromisoformat(days.decode("utf-8-sig").splitlines()[1].split(",")[0]), "a day has its year"
    xlsx = client.get(reverse("reports:export", args=["xlsx"]) + "?period=today&by=queue")
    sheet = load_workbook(BytesIO(b"".join(xlsx.streaming_content))).active
    assert sheet is not None and sheet.max_row == 3 and sheet.cell(2, 2).value == 3
    assert client.get(reverse("reports:export", args=["exe"])).status_code == 404


def test_agents_see_no_reports_and_leaders_export_none(world: World, client: Client) -> None:
    client.force_login(world.newcomer)
    assert client.get(reverse("reports:service")).status_code == 403
    client.force_login(world.team_leader)
    assert client.get(reverse("reports:service")).status_code == 200
    assert client.get(reverse("reports:export", args=["csv"])).status_code == 403
