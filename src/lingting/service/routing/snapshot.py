"""The floor as the routing rule wants it: waiting work and ready people, read at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from lingting.kernel.organisation.models import EmployeeSkill
from lingting.platform.database.composed import composed
from lingting.science.match import Agent, Relaxation, Work
from lingting.service.routing.models import Contact, Offer, Presence, PresenceState, QueueMember, QueueRule, QueueSkill
from lingting.service.routing.services.loads import Load, channel_loads, default_load, rooms_of
from lingting.service.routing.services.rules import queue_rules

MOST_WAITING = 5000
PASSED_FOR_SECONDS = 120
DIRECT_FOR_SECONDS = 45


@dataclass(frozen=True)
class Settings:
    """What changes rarely: rules and skills of queues, who serves what. Read again every few seconds."""

    rules: Mapping[int, QueueRule]
    skills: dict[int, list[tuple[str, int, float | None, int]]]
    members: dict[int, dict[int, int]]
    employee_skills: dict[int, dict[str, int]]
    loads: Mapping[str, Load]

    def rule(self, queue_id: int) -> QueueRule:
        return self.rules.get(queue_id) or QueueRule(queue_id=queue_id)

    def load(self, channel: str) -> Load:
        return self.loads.get(channel) or default_load(channel)


def read_settings() -> Settings:
    """Five small queries."""
    skills: dict[int, list[tuple[str, int, float | None, int]]] = defaultdict(list)
    rows = QueueSkill.objects.values_list("queue_id", "skill__key", "level", "relax_after_seconds", "relax_to_level")
    for queue_id, key, level, after, to_level in rows:
        skills[queue_id].append((key, level, after, to_level))
    members: dict[int, dict[int, int]] = defaultdict(dict)
    for account_id, queue_id, order in QueueMember.objects.values_list("account_id", "queue_id", "order"):
        members[account_id][queue_id] = max(1, min(order, 7))
    people: dict[int, dict[str, int]] = defaultdict(dict)
    for account_id, key, level in EmployeeSkill.objects.values_list("employee__account_id", "skill__key", "level"):
        people[account_id][key] = level
    return Settings(
        rules=queue_rules(), skills=dict(skills), members=dict(members), employee_skills=dict(people), loads=channel_loads(),
    )  # fmt: skip


def ready_agents(settings: Settings) -> list[Agent]:
    """People who are ready, with what they have in hand; who is full is passed in too and explains the waiting."""
    rows = _ready()
    rooms = rooms_of([row[0] for row in rows])
    agents = []
    for account_id, idle_since_at, since_at in rows:
        queues = settings.members.get(account_id)
        room = rooms[account_id]
        if not queues:
            continue
        agents.append(
            Agent(
                id=account_id, queues=queues, skills=settings.employee_skills.get(account_id, {}), capacity=room.total,
                used={"any": room.total if room.has_exclusive else min(room.used, room.total)},
                idle_since=(idle_since_at or since_at).timestamp(),
            )
        )
    return agents


def work_of(contacts: Sequence[Contact], settings: Settings, *, agents: Sequence[Agent], now: datetime) -> list[Work]:
    """The contacts as the rule wants them; one query.

    Whoever declined or missed one is not asked again for two minutes; then everyone may be asked anew. Work is held for
    the customer's last agent only while that one is ready and serves the queue.
    """
    excluded: dict[int, set[int]] = defaultdict(set)
    for contact_id, account_id in _passed([each.pk for each in contacts], now - timedelta(seconds=PASSED_FOR_SECONDS)):
        excluded[contact_id].add(account_id)
    serving = {agent.id: agent.queues for agent in agents}
    return [_work(contact, settings, excluded=frozenset(excluded[contact.pk]), serving=serving) for contact in contacts]


@composed
def _ready() -> QuerySet[Presence, tuple[int, datetime | None, datetime]]:
    return Presence.objects.filter(state=PresenceState.READY).values_list("account_id", "idle_since_at", "since_at")


@composed
def waiting_contacts() -> QuerySet[Contact]:
    """Contacts that wait and are on offer to nobody, the most pressing first."""
    on_offer = Offer.objects.filter(contact_id=OuterRef("pk"), decided_at=None)
    return Contact.objects.filter(~Exists(on_offer), ended_at=None).order_by("-priority", "entered_at")[:MOST_WAITING]


@composed
def _passed(contact_ids: list[int], moment: datetime) -> QuerySet[Offer, tuple[int, int]]:
    passed = Offer.objects.filter(contact_id__among=contact_ids, decision__in=("declined", "missed"), decided_at__gt=moment)
    return passed.values_list("contact_id", "account_id")


def _work(contact: Contact, settings: Settings, *, excluded: frozenset[int], serving: Mapping[Any, Collection[Any]]) -> Work:
    rule = settings.rule(contact.queue_id)
    load = settings.load(contact.channel)
    asked = settings.skills.get(contact.queue_id, [])
    preferred, hold = contact.preferred_id, float(rule.last_agent_seconds)
    if contact.queue_id not in serving.get(preferred, ()):
        preferred = None
    if contact.only_for_id and contact.only_for_id not in excluded:
        preferred, hold = contact.only_for_id, float(DIRECT_FOR_SECONDS)
    return Work(
        id=contact.pk, queue=contact.queue_id, waiting_since=contact.entered_at.timestamp(), priority=contact.priority,
        skills={key: level for key, level, _after, _to in asked},
        relaxations=tuple(
            Relaxation(float(after), key, (level - to_level) if to_level else None)
            for key, level, after, to_level in asked
            if after is not None and to_level < level
        ),
        channel=contact.channel, weight=load.weight, exclusive=load.is_exclusive,
        preferred_agent=preferred, hold_seconds=hold if preferred else 0.0,
        excluded_agents=excluded,
    )  # fmt: skip
