"""Reads of promises: how they stand, what runs out, which policy holds and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.models import Clock, State
from lingting.kernel.clocks.selectors import Standing, clocks_of, standing
from lingting.service.desk.models import Case, Priority
from lingting.service.desk.selectors import channel_look, sight_of
from lingting.service.promises.models import Climb, Policy, Promised, Rung
from lingting.service.promises.services.holding import KINDS, SUBJECT


@dataclass(frozen=True, slots=True)
class CasePromise:
    """What holds for a case: its policy (None: nothing), why, its clocks, what the ladder did."""

    policy: Policy | None
    why: list[str]
    clocks: list[Standing]
    climbs: list[Climb]


def promise_of(case: Case, *, now: datetime) -> CasePromise:
    held = Promised.objects.select_related("policy").filter(case_id=case.pk).first()
    found = clocks_of(SUBJECT, [case.pk], now=now, only_live=False).get(case.pk, [])
    climbs = list(Climb.objects.select_related("rung").filter(case_id=case.pk).order_by("-id")[:10])
    return CasePromise(held.policy if held else None, why_words(held.because) if held else [], found, climbs)


def why_words(because: Mapping[str, str]) -> list[str]:
    """The reasons of a policy as people read them."""
    names = {"type": _("type"), "tier": _("tier"), "queue": _("queue"), "channel": _("channel"), "priority": _("priority")}
    told = []
    for key, value in because.items():
        if key == "channel":
            value = channel_look(value).label
        elif key == "priority":
            value = str(Priority(int(value)).label)
        told.append(f"{names.get(key, key)} {value}")
    return told


@dataclass(frozen=True, slots=True)
class RunningOut:
    """A promise that runs out or has run out, with its case."""

    case: Case
    clock: Standing


def running_out(account: Account, *, now: datetime, only: str = "", most: int = 100) -> list[RunningOut]:
    """The living promises about cases the person sees, the most urgent first; `only`: breached, warned or a kind's key."""
    sight = sight_of(account)
    if sight is None:
        return []
    seen = Case.objects.all()
    if not sight.sees_all:
        seen = seen.filter(Q(assignee_id__in=sight.people) | Q(assignee=None, queue_id__in=sight.queues))
    rows = Clock.objects.select_related("kind", "calendar").filter(
        Exists(seen.filter(pk=OuterRef("subject_id"))), subject_kind=SUBJECT, state=State.RUNNING, kind__key__in=KINDS
    )
    if only == "breached":
        rows = rows.filter(breached_at__isnull=False)
    elif only == "warned":
        rows = rows.filter(breached_at=None, warned_share__isnull=False)
    elif only in KINDS:
        rows = rows.filter(kind__key=only)
    found = list(rows.order_by("due_at", "pk")[:most])
    cases = Case.objects.select_related("customer", "queue", "assignee", "type").in_bulk([each.subject_id for each in found])
    return [RunningOut(cases[each.subject_id], standing(each, now=now)) for each in found if each.subject_id in cases]


def policies() -> list[dict[str, Any]]:
    """All policies in their order, in words, with how many cases each holds for now."""
    rows = Policy.objects.prefetch_related("types", "tiers", "queues", "rungs").select_related("calendar")
    counted = rows.annotate(cases=Count("promised", filter=~Q(promised__case__state="closed"), distinct=True))
    return [{"policy": each, "applies": applies_words(each)} for each in counted.order_by("order", "id")]


def applies_words(policy: Policy) -> list[str]:
    """For which cases a policy holds, one phrase a condition."""
    told = [
        _(" or ").join(str(one.name) for one in rows.all()) for rows in (policy.types, policy.tiers, policy.queues) if rows.all()
    ]
    if policy.channels:
        told.append(_(" or ").join(channel_look(each).label for each in policy.channels))
    if policy.priorities:
        told.append(_(" or ").join(str(Priority(each).label) for each in policy.priorities))
    return told


def rungs_of(policy: Policy) -> list[Rung]:
    return list(policy.rungs.select_related("person", "queue").order_by("at_share", "after_minutes", "id"))
