"""The registry's figures over contacts that are known one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from lingting.demo.world import World
from lingting.kernel.accounts.models import Account
from lingting.kernel.metrics.registry import GroupBy, Period, Scope, metrics
from lingting.kernel.metrics.selectors import measure
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.desk.models import Conversation
from lingting.service.desk.services import end_conversation, start_conversation
from lingting.service.routing.models import Contact
from lingting.service.routing.services import answer_directly, finish_wrap_up, go_offline


@pytest.fixture
def a_morning(world: World, arrive: Callable[..., Contact], at_desk: Callable[..., Account], now: datetime) -> Account:
    """Support (target 10 s): answered after 5 s and after 30 s, abandoned after 4 s and after 60 s; one still waits."""
    agent = at_desk("zhoumin", at=now)
    for wait in (5, 30):
        contact = arrive("support", at=now)
        answered_at = now + timedelta(seconds=wait)
        mine = answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=answered_at)
        end_conversation(contact.conversation_id, by="customer", actor=SYSTEM, now=answered_at + timedelta(seconds=300))
        assert mine is not None
        finish_wrap_up(mine.pk, account_id=agent.pk, now=answered_at + timedelta(seconds=320))
    for wait in (4, 60):
        contact = arrive("support", at=now)
        end_conversation(contact.conversation_id, by="customer", actor=SYSTEM, now=now + timedelta(seconds=wait))
    arrive("support", at=now)
    go_offline(agent.pk, actor=agent.as_actor, now=now + timedelta(seconds=700))
    return agent


def period(now: datetime) -> Period:
    return Period(now - timedelta(hours=1), now + timedelta(hours=1))


@pytest.mark.parametrize(
    ("variant", "expected"),
    [("of_offered", 1 / 5), ("without_short_abandons", 1 / 4), ("of_answered", 1 / 2), ("short_abandons_met", 2 / 5)],
)
def test_each_service_level_variant(a_morning: Account, now: datetime, variant: str, expected: float) -> None:
    [row] = measure(["service_level"], period(now), now=now, variants={"service_level": variant})
    figure = row.figures["service_level"]
    assert figure.value == pytest.approx(expected) and figure.sample == 5


def test_speed_handling_abandonment_and_occupancy(a_morning: Account, now: datetime) -> None:
    [row] = measure(["asa", "aht", "abandonment", "occupancy"], period(now), now=now + timedelta(minutes=30))
    values = {key: figure.value for key, figure in row.figures.items()}
    assert values["asa"] == pytest.approx(17.5)
    assert values["aht"] == pytest.approx(320.0)
    assert values["abandonment"] == pytest.approx(0.4)
    assert values["occupancy"] == pytest.approx(345 / 700), "two at once count once"


def test_breaking_down_by_queue_and_agent_agrees_with_the_whole(a_morning: Account, world: World, now: datetime) -> None:
    [whole] = measure(["offered", "answered"], period(now), now=now)
    by_queue = measure(["offered"], period(now), now=now, group_by=GroupBy.QUEUE)
    by_agent = measure(["answered"], period(now), now=now, group_by=GroupBy.AGENT)
    assert sum(row.figures["offered"].value for row in by_queue) == whole.figures["offered"].value == 5
    assert [(row.key, row.figures["answered"].value) for row in by_agent] == [(a_morning.pk, 2)]


def test_hours_are_local(a_morning: Account, now: datetime) -> None:
    [row] = measure(["offered"], period(now), now=now, group_by=GroupBy.HOUR)
    assert row.key == 10


def test_nothing_in_a_period_is_no_value_not_zero(a_morning: Account, world: World, now: datetime) -> None:
    scope = Scope(queue_ids=[world.queue("care").pk])
    [row] = measure(["service_level", "csat"], period(now), now=now, scope=scope)
    assert row.figures["service_level"].value is None and row.figures["csat"].sample == 0


def test_every_metric_has_a_name_and_its_counters_have_a_source() -> None:
    from lingting.kernel.metrics.registry import sources_of

    for definition in metrics():
        counted = set().union(*(source.counters for source in sources_of(definition.needs)))
        assert str(definition.label) and definition.needs <= counted, definition.key


def test_mail_has_its_own_promise_and_speed_and_is_in_no_average_of_live_contacts(a_morning: Account, now: datetime) -> None:
    live_figures = ["service_level", "asa", "abandonment"]
    [before] = measure(live_figures, period(now), now=now)
    template = Contact.objects.filter(outcome="answered")[0]
    for outcome, wait, age in (("answered", 3600.0, 2), ("answered", 90_000.0, 30), ("", None, 25), ("", None, 1)):
        Contact.objects.create(
            conversation=open_talk(template, at=now), case=template.case, queue=template.queue, channel="mail", outcome=outcome,
            entered_at=now - timedelta(hours=age), wait_seconds=wait,
        )  # fmt: skip
    days = Period(now - timedelta(days=3), now + timedelta(hours=1))
    [row] = measure([*live_figures, "written_level", "written_speed", "offered"], days, now=now)
    assert {key: row.figures[key].value for key in live_figures} == {key: before.figures[key].value for key in live_figures}
    assert row.figures["written_level"].value == pytest.approx(1 / 3) and row.figures["written_level"].sample == 3, "one is not due"
    assert row.figures["written_speed"].value == pytest.approx(46_800.0)
    assert row.figures["offered"].value == 9


def open_talk(contact: Contact, *, at: datetime) -> Conversation:
    return start_conversation(contact.case_id, channel="mail", now=at)
