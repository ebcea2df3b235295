"""The pages of routing: presence, offers, passing on, settings; and who may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lingting.demo.world import World
from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, Message, Queue
from lingting.service.desk.services import assign_case, open_case, start_conversation
from lingting.service.routing.models import Assignment, AwayReason, Contact, Offer, Presence, QueueMember, QueueSkill
from lingting.service.routing.router import Router
from lingting.service.routing.services import answer_directly, become_ready


@pytest.fixture
def waiting(world: World, arrive: Callable[..., Contact]) -> Contact:
    return arrive("orders", at=timezone.now())


def test_presence_is_changed_and_shown(world: World, client: Client) -> None:
    client.force_login(world.newcomer)
    for state, words in (("ready", "就绪"), ("meal", "用餐"), ("offline", "离线")):
        answer = client.post(reverse("routing:presence"), {"state": state}, headers={"HX-Request": "true"})
        assert answer.status_code == 200 and words in answer.content.decode()
    assert client.post(reverse("routing:presence"), {"state": "siesta"}).status_code == 422


def test_an_offer_is_accepted_from_the_page_and_opens_the_case(world: World, client: Client, waiting: Contact) -> None:
    agent = world.newcomer
    QueueMember.objects.get_or_create(queue=waiting.queue, account=agent)
    waiting.queue.skills.all().delete()
    become_ready(agent.pk, actor=agent.as_actor, now=timezone.now())
    Router(control=None).round(now=timezone.now())  # type: ignore[arg-type]
    client.force_login(agent)
    assert "净水器漏水" in client.get(reverse("routing:offers")).content.decode()
    answer = client.post(reverse("routing:acceptance", args=[Offer.objects.get().pk]), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("desk:case", args=[waiting.case_id])


def test_presence_and_offers_work_without_script(world: World, client: Client, waiting: Contact) -> None:
    agent = world.newcomer
    QueueMember.objects.get_or_create(queue=waiting.queue, account=agent)
    waiting.queue.skills.all().delete()
    client.force_login(agent)
    inbox = "http://testserver" + reverse("desk:home")
    page = client.get(reverse("desk:home")).content.decode()
    assert f'<form method="post" action="{reverse("routing:presence")}"' in page

    ready = client.post(reverse("routing:presence"), {"state": "ready"}, headers={"Referer": inbox})
    assert (ready.status_code, ready.headers["Location"]) == (302, inbox)
    elsewhere = client.post(reverse("routing:presence"), {"state": "ready"}, headers={"Referer": "https://evil.example/"})
    assert elsewhere.headers["Location"] == "/"
    Router(control=None).round(now=timezone.now())  # type: ignore[arg-type]
    offer = Offer.objects.get()
    page = client.get(reverse("desk:home")).content.decode()
    assert f'<form method="post" action="{reverse("routing:acceptance", args=[offer.pk])}"' in page
    taken = client.post(reverse("routing:acceptance", args=[offer.pk]))
    assert (taken.status_code, taken.headers["Location"]) == (302, reverse("desk:case", args=[waiting.case_id]))


def test_a_stranger_cannot_answer_an_offer(world: World, client: Client, waiting: Contact) -> None:
    offer = Offer.objects.create(contact=waiting, account=world.experienced, offered_at=timezone.now(), expires_at=timezone.now())
    client.force_login(world.newcomer)
    assert client.post(reverse("routing:acceptance", args=[offer.pk]), headers={"HX-Request": "true"}).status_code == 409
    assert not Assignment.objects.exists()


@pytest.fixture
def in_hand(world: World, waiting: Contact) -> Account:
    agent = world.newcomer
    become_ready(agent.pk, actor=agent.as_actor, now=timezone.now())
    answer_directly(waiting.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=timezone.now())
    return agent


def test_passing_on_from_the_page(world: World, client: Client, waiting: Contact, in_hand: Account) -> None:
    client.force_login(in_hand)
    url = reverse("routing:transfer", args=[waiting.conversation_id])
    assert "投诉与关怀" in client.get(url).content.decode()
    assert client.post(url, {"to": ""}).status_code == 422
    assert client.post(url, {"to": f"queue:{world.queue('care').pk}", "note": "请接手"}).status_code == 204
    assert Case.objects.get(pk=waiting.case_id).queue.key == "care"


def test_another_agent_may_neither_pass_on_nor_take_over(world: World, client: Client, waiting: Contact, in_hand: Account) -> None:
    client.force_login(world.account("machi"))
    for name in ("transfer", "takeover", "whisper", "consult"):
        answer = client.post(reverse(f"routing:{name}", args=[waiting.conversation_id]), {"to": "queue:1", "text": "x"})
        assert answer.status_code in (403, 404), name
    assert Assignment.objects.get(ended_at=None).account == in_hand


def test_a_supervisor_whispers_and_takes_over(world: World, client: Client, waiting: Contact, in_hand: Account) -> None:
    client.force_login(world.supervisor)
    assert client.post(reverse("routing:whisper", args=[waiting.conversation_id]), {"text": "先道歉"}).status_code == 204
    assert Message.objects.get(kind="whisper").text == "先道歉"
    assert client.post(reverse("routing:takeover", args=[waiting.conversation_id])).status_code == 204
    assert Assignment.objects.get(ended_at=None).account == world.supervisor


def test_nobody_is_asked_to_take_over_a_letter_that_is_theirs(world: World, client: Client) -> None:
    case = open_case(Customer.objects.all()[0].pk, queue_id=world.queue("support").pk, channel="email", actor=SYSTEM, now=timezone.now())
    talk = start_conversation(case.pk, channel="email", now=timezone.now())
    client.force_login(world.manager)
    takeover = reverse("routing:takeover", args=[talk.pk])
    assert takeover in client.get(reverse("desk:case", args=[case.pk])).content.decode()
    assign_case(case.pk, assignee_id=world.manager.pk, actor=world.manager.as_actor, now=timezone.now())
    assert takeover not in client.get(reverse("desk:case", args=[case.pk])).content.decode()


def test_why_tells_who_and_why(world: World, client: Client, waiting: Contact, in_hand: Account) -> None:
    client.force_login(in_hand)
    assert "主动领取" in client.get(reverse("routing:why", args=[waiting.conversation_id])).content.decode()


def test_a_supervisor_sets_presence_within_reach_only(world: World, client: Client, in_hand: Account) -> None:
    client.force_login(world.team_leader)
    covered = world.newcomer.employee.team.leader_id == world.team_leader.employee.pk
    answer = client.post(reverse("routing:presence-of", args=[in_hand.pk]), {"state": "coaching"}, headers={"HX-Request": "true"})
    assert answer.status_code == (204 if covered else 403)
    elsewhere = Account.objects.exclude(employee__site=world.supervisor.employee.site).filter(employee__isnull=False)[0]
    client.force_login(world.supervisor)
    refused = client.post(reverse("routing:presence-of", args=[elsewhere.pk]), {"state": "ready"}, headers={"HX-Request": "true"})
    assert refused.status_code == 403
    assert not Presence.objects.filter(pk=elsewhere.pk, state="ready").exists()


def queue_form(queue: Queue | None = None, **changes: object) -> dict[str, object]:
    return {
        "name_zh": "新队列", "name_en": "New", "key": queue.key if queue else "fresh", "calendar": Queue.objects.all()[0].calendar_id,
        "target_seconds": 10, "target_percent": 90, "response_hours": 24, "priority": 0, "offer_seconds": 20, "wrap_up_seconds": 30,
        "last_agent_days": 7, "last_agent_seconds": 10, "is_active": "on", **changes,
    }  # fmt: skip


def test_queues_are_made_changed_and_guarded(world: World, client: Client, waiting: Contact) -> None:
    client.force_login(world.manager)
    made = client.post(reverse("routing:queue-new"), queue_form())
    assert made.status_code == 302 and Queue.objects.get(key="fresh").rule.offer_seconds == 20
    assert client.post(reverse("routing:queue-new"), queue_form()).status_code == 422, "the key is taken"
    orders = world.queue("orders")
    refused = client.post(reverse("routing:queue", args=[orders.pk]), queue_form(orders, is_active=""))
    assert refused.status_code == 422 and Queue.objects.get(pk=orders.pk).is_active
    need = {"skill": QueueSkill.objects.all()[0].skill_id, "level": 2, "relax_after_seconds": 30, "relax_to_level": 3}
    assert client.post(reverse("routing:queue-skills", args=[orders.pk]), need).status_code == 422
    assert client.post(reverse("routing:queue-skills", args=[orders.pk]), {**need, "relax_to_level": 1}).status_code == 200


def test_settings_are_closed_to_agents(world: World, client: Client, now: datetime) -> None:
    client.force_login(world.newcomer)
    for name in ("queues", "queue-new", "reasons", "reason-new"):
        assert client.get(reverse(f"routing:{name}")).status_code == 403, name


def test_a_new_reason_stands_in_the_menu(world: World, client: Client) -> None:
    client.force_login(world.manager)
    client.post(reverse("routing:reason-new"), {"name_zh": "接待参观", "name_en": "Visitors", "key": "visitors", "order": 5})
    assert AwayReason.objects.filter(key="visitors").exists()
    client.force_login(world.newcomer)
    assert "接待参观" in client.get(reverse("routing:presence")).content.decode()


