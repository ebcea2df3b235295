"""What happens on the floor, told story by story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from lingting.demo.world import World
from lingting.kernel.accounts.models import Account
from lingting.kernel.procedures import foundation as steps
from lingting.kernel.procedures.selectors import runs_of
from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.models import Entry
from lingting.service.crm.models import Customer
from lingting.service.desk import foundation
from lingting.service.desk.models import Case, CaseType, Message, Queue
from lingting.service.desk.services import assign_case, close_case, end_conversation, queue_case, set_type, start_conversation
from lingting.service.routing.models import Assignment, Contact, Offer, Presence, PresenceSpell, QueueMember
from lingting.service.routing.router import Router
from lingting.service.routing.selectors import my_work, open_offers, outlook
from lingting.service.routing.selectors.why import explanation_of, reason_text
from lingting.service.routing.services import (
    accept_offer,
    answer_directly,
    become_away,
    decline_offer,
    drop_lost_agents,
    enqueue,
    expire_offers,
    finish_wrap_up,
    go_offline,
    note_connected,
    note_disconnected,
    release_wrapped_up,
    take_over,
    transfer_to_person,
    transfer_to_queue,
)
from lingting.service.routing.services.refusals import NotThere, OfferGone

Arrive = Callable[..., Contact]
AtDesk = Callable[..., Account]


def round_at(now: datetime) -> None:
    """One round of the live router's own code."""
    Router(control=None).round(now=now)  # type: ignore[arg-type]


def test_a_waiting_customer_is_offered_to_the_free_agent_who_accepts(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("linxiao")
    contact = arrive(_queue_of(agent), at=now)
    round_at(now + timedelta(seconds=61))

    [offer] = open_offers(agent.pk, now=now + timedelta(seconds=62))
    assert offer.case_id == contact.case_id
    accept_offer(offer.id, account_id=agent.pk, actor=agent.as_actor, now=now + timedelta(seconds=65))

    contact.refresh_from_db()
    assert (contact.outcome, contact.answered_by_id, contact.wait_seconds) == ("answered", agent.pk, 65.0)
    assert Case.objects.get(pk=contact.case_id).assignee_id == agent.pk
    assert Message.objects.get(case_id=contact.case_id, kind="system").data == {"code": "agent_joined", "params": {"name": "林晓"}}
    assert list(Entry.objects.filter(subject_id=contact.case_id, kind="ContactAnswered").values_list("live__account_id", flat=True)) == [agent.pk]


def test_accepting_twice_is_one_assignment_and_a_stranger_cannot_accept(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    arrive(_queue_of(agent), at=now)
    round_at(now)
    offer = Offer.objects.get()
    first = accept_offer(offer.pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    again = accept_offer(offer.pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    assert first == again
    with pytest.raises(OfferGone):
        accept_offer(offer.pk, account_id=world.newcomer.pk, actor=world.newcomer.as_actor, now=now)
    assert Assignment.objects.count() == 1


def _offered(contact: Contact, to: Account, *, now: datetime) -> Offer:
    return Offer.objects.create(contact=contact, account=to, offered_at=now, expires_at=now + timedelta(seconds=30), reason={"code": "longest_idle"})


def test_an_acceptance_is_six_statements_and_three_facts_in_their_order(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("linxiao")
    first, second = (_offered(arrive("support"), agent, now=now) for _each in range(2))
    accept_offer(first.pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    with CaptureQueriesContext(connection) as asked:
        accept_offer(second.pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    texts = [str(each["sql"]) for each in asked]
    statements = [text for text in texts if "SAVEPOINT" not in text and "routing_channelload" not in text]
    assert len(statements) == 6, statements
    told = Entry.objects.filter(subject_type="desk.case", subject_id=second.contact.case_id).order_by("pk")
    assert [fact.kind for fact in told][-3:] == ["ContactAnswered", "CaseAssigned", "MessageAdded"]
    assert told.get(kind="CaseAssigned").data == {"assignee_id": agent.pk, "previous_id": None}
    assert told.get(kind="MessageAdded").data["message_id"] == Message.objects.get(case_id=second.contact.case_id, kind="system").pk


def test_what_else_waits_for_the_case_comes_along_when_an_offer_is_accepted(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("linxiao")
    contact = arrive("support")
    beside = enqueue(start_conversation(contact.case_id, channel="chat", now=now).pk, actor=SYSTEM, now=now)
    accept_offer(_offered(contact, agent, now=now).pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    assert set(Assignment.objects.filter(account=agent, ended_at=None).values_list("contact_id", flat=True)) == {contact.pk, beside.pk}


def test_steps_of_the_case_follow_it_to_whoever_accepts(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    steps.lay(now=now)
    CaseType.objects.filter(key="booking").delete()
    foundation.lay(now=now)
    agent = at_desk("linxiao")
    contact = arrive("support")
    set_type(contact.case_id, type_id=CaseType.objects.get(key="booking").pk, actor=SYSTEM, now=now)
    accept_offer(_offered(contact, agent, now=now).pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    [run] = runs_of("desk.case", contact.case_id)
    assert run.steps.get(state="open").assignee == agent


def test_an_accepted_case_wakes_and_one_that_is_ours_already_is_not_given_again(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("linxiao")
    contact = arrive("support")
    Case.objects.filter(pk=contact.case_id).update(assignee=agent)
    accept_offer(_offered(contact, agent, now=now).pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    assert not Entry.objects.filter(subject_id=contact.case_id, kind="CaseAssigned").exists()
    assert Message.objects.filter(case_id=contact.case_id, kind="system").count() == 1
    asleep = arrive("support")
    Case.objects.filter(pk=asleep.case_id).update(state="snoozed", snoozed_until_at=now + timedelta(days=1))
    accept_offer(_offered(asleep, agent, now=now).pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    assert Case.objects.values_list("state", "snoozed_until_at", "assignee").get(pk=asleep.case_id) == ("open", None, agent.pk)


def test_whoever_accepts_has_missed_nothing(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent, other = at_desk("linxiao"), at_desk("zhoumin")
    Presence.objects.filter(pk__in=[agent.pk, other.pk]).update(missed_offers=1)
    accept_offer(_offered(arrive("support"), agent, now=now).pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    assert dict(Presence.objects.filter(pk__in=[agent.pk, other.pk]).values_list("pk", "missed_offers")) == {agent.pk: 0, other.pk: 1}


def test_a_declined_offer_goes_to_the_next_and_not_back(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    first, second = at_desk("zhoumin"), at_desk("linxiao")
    queue = _queue_of(first)
    QueueMember.objects.get_or_create(queue=world.queue(queue), account=second)
    world.queue(queue).skills.all().delete()
    arrive(queue, at=now)
    round_at(now)
    offer = Offer.objects.get()
    decline_offer(offer.pk, account_id=offer.account_id, actor=SYSTEM, now=now)
    round_at(now)
    assert {row.account_id for row in Offer.objects.all()} == {first.pk, second.pk}
    round_at(now)
    assert Offer.objects.count() == 2


def test_missing_offers_again_and_again_sets_the_agent_away(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    for minute in range(2):
        arrive(_queue_of(agent), at=now)
        round_at(now + timedelta(minutes=3 * minute))
        expire_offers(now=now + timedelta(minutes=3 * minute + 1))
    presence = Presence.objects.get(pk=agent.pk)
    assert (presence.state, presence.reason.key) == ("away", "missed-offers")


def test_nobody_is_loaded_beyond_capacity_and_wrap_up_frees_room(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    queue = _queue_of(agent)
    contacts = [arrive(queue, at=now, customer=None) for _ in range(5)]
    round_at(now)
    assert Offer.objects.filter(account=agent).count() == 3
    for offer in Offer.objects.all():
        accept_offer(offer.pk, account_id=agent.pk, actor=agent.as_actor, now=now)
    round_at(now + timedelta(seconds=1))
    assert Offer.objects.count() == 3

    served = Assignment.objects.order_by("pk").first()
    end_conversation(served.conversation_id, by="customer", actor=SYSTEM, now=now + timedelta(seconds=100))
    round_at(now + timedelta(seconds=101))
    assert Offer.objects.count() == 3, "wrapping up still takes room"
    finish_wrap_up(served.pk, account_id=agent.pk, now=now + timedelta(seconds=110))
    round_at(now + timedelta(seconds=111))
    assert Offer.objects.count() == 4
    assert contacts
    done = Contact.objects.get(conversation_id=served.conversation_id)
    assert (done.talk_seconds, done.wrap_up_seconds) == (100.0, 10.0)


def test_wrap_up_runs_out_by_itself(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    contact = arrive(_queue_of(agent), at=now)
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    close_case(contact.case_id, actor=agent.as_actor, now=now + timedelta(minutes=5))
    assert my_work(agent.pk).wrapping_up
    assert release_wrapped_up(now=now + timedelta(minutes=10)) == 1
    assert not my_work(agent.pk).wrapping_up


def test_a_vip_goes_before_those_who_came_a_little_earlier(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    vip = Customer.objects.filter(tier__key="vip").first()
    ordinary = arrive("care", at=now)
    precious = arrive("care", at=now + timedelta(minutes=2), customer=vip.external_id.removeprefix("demo-"))
    agent = at_desk("baijingshu")
    agent.capacity.total = 1
    agent.capacity.save()
    round_at(now + timedelta(minutes=3))
    assert Offer.objects.get().contact_id == precious.pk
    assert ordinary.priority < precious.priority


def test_a_returning_customer_is_kept_for_the_last_agent(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent, other = at_desk("zhoumin"), at_desk("linxiao")
    queue = _queue_of(agent)
    world.queue(queue).skills.all().delete()
    QueueMember.objects.get_or_create(queue=world.queue(queue), account=other)
    first = arrive(queue, at=now)
    answer_directly(first.conversation_id, account_id=other.pk, actor=other.as_actor, now=now)
    close_case(first.case_id, actor=other.as_actor, now=now)
    arrive(queue, at=now + timedelta(hours=1))
    round_at(now + timedelta(hours=1))
    offer = Offer.objects.get()
    assert offer.account_id == other.pk
    assert "林晓" in reason_text(offer.reason)


def test_nobody_waits_for_a_last_agent_who_has_gone_home(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent, other = at_desk("zhoumin"), at_desk("linxiao")
    queue = _queue_of(agent)
    world.queue(queue).skills.all().delete()
    first = arrive(queue, at=now)
    answer_directly(first.conversation_id, account_id=other.pk, actor=other.as_actor, now=now)
    close_case(first.case_id, actor=other.as_actor, now=now)
    go_offline(other.pk, actor=other.as_actor, now=now)
    again = arrive(queue, at=now + timedelta(hours=1))
    assert again.preferred_id == other.pk
    round_at(now + timedelta(hours=1))
    assert Offer.objects.get().account_id == agent.pk


def test_what_is_passed_on_does_not_come_back_to_whoever_passed_it(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    queue = _queue_of(agent)
    contact = arrive(queue, at=now)
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    transfer_to_queue(contact.conversation_id, queue_id=world.queue("care").pk, actor=agent.as_actor, now=now)
    assert Contact.objects.get(conversation_id=contact.conversation_id, ended_at=None).preferred_id is None


def test_transfer_to_a_queue_waits_there_ahead_of_new_work(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    contact = arrive(_queue_of(agent), at=now)
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    new = arrive("care", at=now)
    transfer_to_queue(contact.conversation_id, queue_id=world.queue("care").pk, actor=agent.as_actor, now=now, note="客户要求赔付")
    moved = Contact.objects.get(conversation_id=contact.conversation_id, ended_at=None)
    assert moved.queue.key == "care" and moved.priority > new.priority
    assert Case.objects.get(pk=contact.case_id).assignee_id is None
    assert Message.objects.filter(case_id=contact.case_id, kind="note", text="客户要求赔付").exists()


def test_transfer_to_a_person_needs_them_at_a_desk(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    colleague = world.account("baijingshu")
    contact = arrive(_queue_of(agent), at=now)
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    with pytest.raises(NotThere):
        transfer_to_person(contact.conversation_id, account_id=colleague.pk, actor=agent.as_actor, now=now)
    at_desk("baijingshu")
    QueueMember.objects.get_or_create(queue=contact.queue, account=colleague)
    contact.queue.skills.all().delete()
    transfer_to_person(contact.conversation_id, account_id=colleague.pk, actor=agent.as_actor, now=now)
    round_at(now)
    assert Offer.objects.get().account_id == colleague.pk
    (offer,) = open_offers(colleague.pk, now=now)
    with override("en"):
        assert reason_text(offer.reason) == "a colleague passed it on to 白静姝"


def test_a_supervisor_takes_over_what_somebody_has_in_hand(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent, boss = at_desk("zhoumin"), world.supervisor
    contact = arrive(_queue_of(agent), at=now)
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    take_over(contact.conversation_id, account_id=boss.pk, actor=boss.as_actor, now=now)
    owner = Assignment.objects.get(conversation_id=contact.conversation_id, ended_at=None)
    assert owner.account_id == boss.pk
    assert Case.objects.get(pk=contact.case_id).assignee_id == boss.pk


def test_a_case_given_to_a_colleague_at_the_desk_takes_its_talk_along(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    first, second, boss = at_desk("zhoumin"), at_desk("linxiao"), world.supervisor
    contact = arrive(_queue_of(first), at=now)
    answer_directly(contact.conversation_id, account_id=first.pk, actor=first.as_actor, now=now)
    assign_case(contact.case_id, assignee_id=second.pk, actor=boss.as_actor, now=now)
    owner = Assignment.objects.get(conversation_id=contact.conversation_id, ended_at=None)
    assert owner.account == second and Case.objects.get(pk=contact.case_id).assignee == second
    assert not Assignment.objects.filter(account=first, released_at=None).exists(), "the first has room again"
    with override("en"):
        told = [step["text"] for step in explanation_of(contact.conversation_id)]
    assert told == ["周敏 picked it from the list", "沈若川 gave it to 林晓"]


def test_a_talk_is_not_given_to_a_colleague_who_is_away_from_the_desk(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    first, boss = at_desk("zhoumin"), world.supervisor
    contact = arrive(_queue_of(first), at=now)
    answer_directly(contact.conversation_id, account_id=first.pk, actor=first.as_actor, now=now)
    with pytest.raises(NotThere):
        assign_case(contact.case_id, assignee_id=world.newcomer.pk, actor=boss.as_actor, now=now)
    assert Case.objects.get(pk=contact.case_id).assignee == first
    assign_case(contact.case_id, assignee_id=boss.pk, actor=boss.as_actor, now=now)
    assert Assignment.objects.get(conversation_id=contact.conversation_id, ended_at=None).account == boss


def test_a_waiting_chat_is_not_given_to_a_colleague_who_is_away_from_the_desk(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    giver, away = at_desk("zhoumin"), world.newcomer
    contact = arrive("support")
    with pytest.raises(NotThere):
        assign_case(contact.case_id, assignee_id=away.pk, actor=giver.as_actor, now=now)
    assign_case(contact.case_id, assignee_id=away.pk, actor=SYSTEM, now=now)
    contact.refresh_from_db()
    assert contact.ended_at is None, "given by a rule, it waits on"


def test_a_case_that_is_nobodys_any_more_or_moves_waits_in_its_queue(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent, boss = at_desk("zhoumin"), world.supervisor
    contact = arrive(_queue_of(agent), at=now)
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    assign_case(contact.case_id, assignee_id=None, actor=boss.as_actor, now=now)
    waiting = Contact.objects.get(conversation_id=contact.conversation_id, ended_at=None)
    assert waiting.queue_id == contact.queue_id and not Assignment.objects.filter(ended_at=None).exists()
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    other = next(queue for queue in Queue.objects.filter(is_active=True).order_by("pk") if queue.pk != contact.queue_id)
    queue_case(contact.case_id, queue_id=other.pk, actor=boss.as_actor, now=now)
    assert Contact.objects.get(conversation_id=contact.conversation_id, ended_at=None).queue == other


def test_a_lost_connection_sends_the_work_back_and_the_agent_returns_ready(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    contact = arrive(_queue_of(agent), at=now)
    answer_directly(contact.conversation_id, account_id=agent.pk, actor=agent.as_actor, now=now)
    note_disconnected({agent.pk}, now=now)
    assert drop_lost_agents(now=now + timedelta(seconds=3)) == []
    assert drop_lost_agents(now=now + timedelta(seconds=5)) == [agent.pk]
    again = Contact.objects.get(conversation_id=contact.conversation_id, ended_at=None)
    assert again.priority >= 3
    note_connected({agent.pk}, now=now + timedelta(seconds=30))
    assert Presence.objects.get(pk=agent.pk).state == "ready"


def test_the_customer_who_leaves_the_queue_has_abandoned_it(world: World, arrive: Arrive, now: datetime) -> None:
    contact = arrive("support", at=now)
    end_conversation(contact.conversation_id, by="customer", actor=Actor("customer", 1, "客户"), now=now + timedelta(seconds=40))
    contact.refresh_from_db()
    assert (contact.outcome, contact.wait_seconds) == ("abandoned", 40.0)


def test_picking_a_waiting_chat_at_the_desk_counts_as_answering_it(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    contact = arrive("support", at=now)
    assign_case(contact.case_id, assignee_id=agent.pk, actor=agent.as_actor, now=now + timedelta(seconds=9))
    contact.refresh_from_db()
    assert (contact.outcome, contact.answered_by_id) == ("answered", agent.pk)
    assert Assignment.objects.get(ended_at=None).account_id == agent.pk


def test_spells_follow_one_another_without_a_gap(world: World, at_desk: AtDesk, now: datetime) -> None:
    agent = at_desk("zhoumin")
    become_away(agent.pk, reason_key="meal", actor=agent.as_actor, now=now + timedelta(hours=2))
    go_offline(agent.pk, actor=agent.as_actor, now=now + timedelta(hours=3))
    spells = list(PresenceSpell.objects.order_by("started_at").values_list("state", "started_at", "ended_at"))
    assert spells == [
        ("ready", now, now + timedelta(hours=2)),
        ("away", now + timedelta(hours=2), now + timedelta(hours=3)),
    ]


def test_the_outlook_is_silent_when_nobody_is_there(world: World, arrive: Arrive, at_desk: AtDesk, now: datetime) -> None:
    contact, second = arrive("care", at=now), arrive("care", at=now + timedelta(seconds=5))
    assert outlook(contact).low_seconds is None
    at_desk("baijingshu")
    seen = outlook(second)
    assert seen.place == 2 and seen.ready_people == 1 and seen.low_seconds is not None


def _queue_of(agent: Account) -> str:
    return QueueMember.objects.filter(account=agent).order_by("order", "pk").values_list("queue__key", flat=True)[0]
