"""The floor shows what is, and calls for help when a limit is crossed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from lingting.demo.world import World
from lingting.insight.wallboard.models import Alert, AlertKind, AlertLimit
from lingting.insight.wallboard.presenting import present
from lingting.insight.wallboard.selectors import floor_now
from lingting.insight.wallboard.services import judge_floor
from lingting.kernel.notices.models import Notice
from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.ui.tags.moments import instant
from lingting.service.crm.models import Customer
from lingting.service.desk.services import open_case, start_conversation
from lingting.service.routing.models import Assignment, Contact
from lingting.service.routing.services import answer_directly, become_ready, enqueue


def arrive(world: World, queue: str, *, at: datetime) -> Contact:
    case = open_case(Customer.objects.all()[0].pk, queue_id=world.queue(queue).pk, channel="chat", actor=SYSTEM, now=at)
    return enqueue(start_conversation(case.pk, channel="chat", now=at).pk, actor=SYSTEM, now=at)


def test_waiting_answered_and_people_are_counted(world: World, now: datetime) -> None:
    agent = world.experienced
    become_ready(agent.pk, actor=agent.as_actor, now=now)
    answered = arrive(world, "support", at=now - timedelta(seconds=30))
    answer_directly(answered.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now - timedelta(seconds=25))
    arrive(world, "support", at=now - timedelta(seconds=90))
    floor = floor_now(now=now)
    assert (floor.waiting, floor.in_progress, floor.longest_seconds) == (1, 1, 90.0)
    assert [(person.name, person.state) for person in floor.agents] == [(agent.display_name, "busy")]
    support = next(row for row in floor.queues if row.now.queue.key == "support")
    assert support.figures["service_level"].value == 0.5


def test_rows_and_headline_count_the_same_people_as_ready(world: World, now: datetime) -> None:
    agent = world.experienced
    become_ready(agent.pk, actor=agent.as_actor, now=now)

    def ready() -> tuple[set[int], int]:
        floor = floor_now(now=now)
        serves = set(agent.queue_memberships.values_list("queue_id", flat=True))
        return {row.now.ready for row in floor.queues if row.now.queue.pk in serves}, floor.count("ready")

    assert ready() == ({1}, 1)
    contact = arrive(world, "support", at=now)
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    assert ready() == ({0}, 0), "in conversation"
    Assignment.objects.update(ended_at=now)
    assert floor_now(now=now).count("wrap_up") == 1
    assert ready() == ({0}, 0), "wrapping up"


def test_mail_stands_beside_the_live_figures_and_does_not_make_the_longest_wait(world: World, now: datetime) -> None:
    letters = [arrive(world, "support", at=now - timedelta(hours=hours)) for hours in (5, 3, 2)]
    Contact.objects.update(channel="mail")
    Contact.objects.filter(pk=letters[0].pk).update(ended_at=now, outcome="answered", wait_seconds=3600.0)
    floor = floor_now(now=now)
    support = next(row for row in floor.queues if row.now.queue.key == "support")
    assert (floor.waiting, floor.mail_waiting, floor.longest_seconds) == (0, 2, None)
    assert support.level.metric.key == "written_level" and support.is_level_met
    arrive(world, "support", at=now - timedelta(seconds=20))
    floor = floor_now(now=now)
    support = next(row for row in floor.queues if row.now.queue.key == "support")
    assert (floor.waiting, floor.longest_seconds) == (1, 20.0)
    assert support.level.metric.key == "service_level" and support.level.value == 0.0, "one chat, not answered yet"


def test_an_alert_opens_once_tells_supervisors_and_closes(world: World, now: datetime) -> None:
    boss = world.supervisor
    become_ready(boss.pk, actor=boss.as_actor, now=now)
    AlertLimit.objects.create(kind=AlertKind.WAITING, limit=Decimal(1))
    contacts = [arrive(world, "orders", at=now) for _each in range(2)]
    assert judge_floor(now=now) == (1, 0)
    assert judge_floor(now=now) == (0, 0)
    assert Notice.objects.filter(account=boss, code="floor_alert").count() == 1
    Contact.objects.filter(pk=contacts[0].pk).update(ended_at=now, outcome="abandoned", wait_seconds=1)
    assert judge_floor(now=now) == (0, 1)
    assert Alert.objects.get().closed_at == now


def test_an_alert_says_what_is_now_and_is_silent_as_soon_as_it_is_over(world: World, now: datetime) -> None:
    AlertLimit.objects.create(kind=AlertKind.LONGEST_WAIT, limit=Decimal(60))
    contact = arrive(world, "orders", at=now - timedelta(seconds=70))
    assert judge_floor(now=now) == (1, 0)
    later = now + timedelta(seconds=120)
    floor = floor_now(now=later)
    assert floor.crossings[0].value == 190.0, "the wait of this moment, not that of the crossing"
    with override("en"):
        [shown] = present(floor)["alerts"]
    assert shown["since_at"] == now and instant(contact.entered_at) in shown["text"] and "01:00" in shown["text"]
    Contact.objects.filter(pk=contact.pk).update(ended_at=later, outcome="abandoned", wait_seconds=190)
    assert present(floor_now(now=later))["alerts"] == [], "nobody waits, though the alert is not closed yet"


def test_a_crossed_limit_stands_on_the_floor_before_it_is_announced(world: World, client: Client, now: datetime) -> None:
    AlertLimit.objects.create(kind=AlertKind.LONGEST_WAIT, limit=Decimal(60))
    began = now - timedelta(seconds=59)
    arrive(world, "orders", at=began)
    floor = floor_now(now=now)
    assert floor.crossings == [] and floor.crossed_next_at == [began + timedelta(seconds=61)]
    floor = floor_now(now=now + timedelta(seconds=2))
    assert [each.limit.kind for each in floor.crossings] == ["longest_wait"] and floor.crossed_next_at == []
    assert not Alert.objects.exists()
    client.force_login(world.supervisor)
    page = client.get(reverse("wallboard:wall-part")).content.decode()
    assert "data-since" in page.split("lt-wall-alert")[1].split("</div>")[0], "the wait goes on counting in the alert"


def test_the_page_knows_when_the_next_wait_turns_long(world: World, client: Client, now: datetime) -> None:
    AlertLimit.objects.create(kind=AlertKind.LONGEST_WAIT, limit=Decimal(600))
    arrive(world, "orders", at=timezone.now() - timedelta(seconds=5))
    client.force_login(world.supervisor)
    page = client.get(reverse("wallboard:wall-part")).content.decode()
    assert page.count("data-countdown") == 2, "a minute, where the figure turns red, and the limit of ten"


def test_a_queue_with_its_own_limit_does_not_follow_the_common_one(world: World, now: datetime) -> None:
    AlertLimit.objects.create(kind=AlertKind.WAITING, limit=Decimal(0))
    AlertLimit.objects.create(kind=AlertKind.WAITING, queue=world.queue("orders"), limit=Decimal(5))
    arrive(world, "orders", at=now)
    assert judge_floor(now=now) == (0, 0)


@pytest.mark.parametrize("page", ["floor", "floor-part", "wall", "wall-part"])
def test_the_floor_opens_for_supervisors_and_not_for_agents(world: World, client: Client, page: str) -> None:
    client.force_login(world.supervisor)
    assert client.get(reverse(f"wallboard:{page}")).status_code == 200
    client.force_login(world.newcomer)
    assert client.get(reverse(f"wallboard:{page}")).status_code == 403


def test_the_floor_costs_the_same_however_many_wait(
    world: World, client: Client, now: datetime, django_assert_max_num_queries: object
) -> None:
    client.force_login(world.supervisor)
    for _each in range(3):
        arrive(world, "orders", at=now)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        client.get(reverse("wallboard:floor-part"))


def test_a_second_limit_of_a_kind_is_refused_in_words(world: World, client: Client) -> None:
    client.force_login(world.administrator)
    AlertLimit.objects.create(kind=AlertKind.WAITING, limit=Decimal(3))
    answer = client.post(reverse("wallboard:limit-new"), {"kind": "waiting", "queue": "", "limit": "4", "is_active": "on"})
    assert answer.status_code == 422 and AlertLimit.objects.count() == 1
