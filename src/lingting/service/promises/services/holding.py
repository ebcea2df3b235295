"""Which policy holds for a case, and what its clocks do when something happens to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.clocks import services as clocks
from lingting.kernel.clocks.models import LIVE_STATES, Clock, State
from lingting.kernel.clocks.services import Promise, Start
from lingting.kernel.timeline.events import Actor, Happening
from lingting.kernel.timeline.services import record, record_many
from lingting.platform.database.composed import composed
from lingting.platform.database.inserting import insert_many, new_row
from lingting.service.desk.models import Case, CaseState
from lingting.service.promises.events import PromiseMade
from lingting.service.promises.matching import Features, Rule, features_of, rule_for, rules_in_use
from lingting.service.promises.models import FIRST_ANSWER, NEXT_ANSWER, RESOLUTION, Policy, Promised

SUBJECT = "desk.case"
KINDS = (FIRST_ANSWER, NEXT_ANSWER, RESOLUTION)

_MIRROR = """
    UPDATE desk_case AS file SET due_at = earliest.due_at
    FROM (
        SELECT held.case_id, min(clock.due_at) AS due_at
        FROM promises_promised held LEFT JOIN clocks_clock clock
          ON clock.subject_id = held.case_id AND clock.subject_kind = %s AND clock.state = ANY(%s)
        WHERE held.case_id = ANY(%s) GROUP BY held.case_id
    ) AS earliest
    WHERE file.id = earliest.case_id AND file.state <> %s AND file.due_at IS DISTINCT FROM earliest.due_at
"""


def hold(case_id: int, *, actor: Actor, now: datetime) -> Policy | None:
    """Finds the policy that holds for a case as it stands, and brings its clocks in line; None: nothing is promised.

    Repeating it changes nothing. What has passed stays passed when the policy changes (`retarget_clock`).
    """
    return hold_many({case_id: actor}, now=now).get(case_id)


@transaction.atomic
def hold_many(cases: Mapping[int, Actor], *, now: datetime) -> dict[int, Policy]:
    """The same for many, each with whoever made it so; what is promised, by case. A handful of statements for new cases."""
    found = features_of(cases)
    held = {each.case_id: each for each in Promised.objects.select_related("policy").filter(case_id__in=cases)}
    in_use = rules_in_use()
    living = [case for case in found if not case.is_merged]
    rules = {case.case_id: rule for case in living if (rule := rule_for(case, among=in_use))}
    for case in living:
        if case.case_id in held and case.case_id not in rules:
            _promise_nothing(held[case.case_id], actor=cases[case.case_id], now=now)
    promised = [case for case in living if case.case_id in rules]
    _enter(promised, rules=rules, held=held, actors=cases, now=now)
    _start_resolutions(promised, rules=rules, actors=cases, now=now)
    mirror_due([case.case_id for case in promised])
    kept = {case.case_id: held[case.case_id].policy for case in found if case.is_merged and case.case_id in held}
    return kept | {case_id: rule.policy for case_id, rule in rules.items()}


def asked(cases: Mapping[int, Actor], *, now: datetime) -> None:
    """The customers spoke: the next answer is promised, and a resolution that waited for the customer goes on."""
    held = _promised(list(cases))
    if not held:
        return
    policies = Policy.objects.in_bulk({policy_id for _case, policy_id, _since in held})
    states: dict[tuple[int, str], set[str]] = {}
    rows = Clock.objects.filter(subject_kind=SUBJECT, subject_id__in=[row[0] for row in held])
    for case_id, kind, state in rows.values_list("subject_id", "kind__key", "state"):
        states.setdefault((case_id, kind), set()).add(state)
    starts = []
    for case_id, policy_id, since in held:
        policy, first = policies[policy_id], states.get((case_id, FIRST_ANSWER), set())
        if policy.first_answer_minutes and not first:
            starts.append(_start(policy, FIRST_ANSWER, case_id=case_id, actor=cases[case_id], started_at=since))
        elif policy.next_answer_minutes and not first & set(LIVE_STATES):
            starts.append(_start(policy, NEXT_ANSWER, case_id=case_id, actor=cases[case_id], started_at=since))
        if State.PAUSED in states.get((case_id, RESOLUTION), ()):
            clocks.resume_clocks_of(SUBJECT, case_id, kinds=(RESOLUTION,), actor=cases[case_id], now=now)
    clocks.start_clocks(starts, now=now)
    mirror_due([case_id for case_id, _policy, _since in held])


@composed
def _promised(case_ids: list[int]) -> QuerySet[Promised, tuple[int, int, Any]]:
    held = Promised.objects.filter(case_id__among=case_ids).order_by("case_id")
    return held.values_list("case_id", "policy_id", "case__waiting_since_at")


def answered(cases: Mapping[int, Actor], *, now: datetime) -> None:
    """Staff answered: the answer was given; where the policy says so, the resolution stands still until the customer speaks."""
    rows = list(Promised.objects.select_related("policy", "case").filter(case_id__in=cases).order_by("case_id"))
    for held in rows:
        actor = cases[held.case_id]
        clocks.stop_clocks_of(SUBJECT, held.case_id, kinds=(FIRST_ANSWER, NEXT_ANSWER), actor=actor, now=now)
        if held.policy.pauses_while_waiting and held.case.state == CaseState.WAITING:
            clocks.pause_clocks_of(SUBJECT, held.case_id, reason="waiting-customer", kinds=(RESOLUTION,), actor=actor, now=now)
    mirror_due([held.case_id for held in rows])


def closed(case_id: int, *, actor: Actor, now: datetime) -> None:
    """The case is closed: everything promised is done."""
    if Promised.objects.filter(case_id=case_id).exists():
        clocks.stop_clocks_of(SUBJECT, case_id, kinds=KINDS, actor=actor, now=now)


def merged_away(case_id: int, *, actor: Actor, now: datetime) -> None:
    """The case went into another one, whose promises hold: its own count neither as kept nor as breached."""
    clocks.cancel_clocks_of(SUBJECT, case_id, kinds=KINDS, reason=_("merged"), actor=actor, now=now)


def mirror_due(case_ids: Sequence[int]) -> None:
    """Copies the earliest due moment of the running promises to the cases, for lists. Cases without a policy keep theirs."""
    if not case_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MIRROR, [SUBJECT, [str(each) for each in LIVE_STATES], list(case_ids), str(CaseState.CLOSED)])


def _promise_nothing(held: Promised, *, actor: Actor, now: datetime) -> None:
    case_id = held.case_id
    held.delete()
    clocks.cancel_clocks_of(SUBJECT, case_id, kinds=KINDS, reason=_("nothing is promised any more"), actor=actor, now=now)
    record(PromiseMade(case_id=case_id, policy_id=None, because={}), actor=actor, now=now)


def _enter(
    cases: Sequence[Features],
    *,
    rules: Mapping[int, Rule],
    held: Mapping[int, Promised],
    actors: Mapping[int, Actor],
    now: datetime,
) -> None:
    """Writes down which policy holds from now on, and why; clocks of an earlier one go by the new one."""
    new, moved, happenings = [], [], []
    for case in cases:
        rule, before = rules[case.case_id], held.get(case.case_id)
        if before is not None and before.policy_id == rule.policy.pk:
            continue
        why = rule.because(case)
        if before is None:
            values = {"case_id": case.case_id, "policy_id": rule.policy.pk, "because": why, "since_at": now}
            new.append(new_row(Promised, values))
        else:
            moved.append(case.case_id)
            Promised.objects.filter(pk=before.pk).update(policy=rule.policy, because=why)
        made = PromiseMade(case_id=case.case_id, policy_id=rule.policy.pk, because=why)
        happenings.append(Happening(made, actors[case.case_id]))
    insert_many(new)
    record_many(happenings, now=now)
    for case_id in moved:
        _retarget(case_id, rules[case_id].policy, actor=actors[case_id], now=now)


def _start_resolutions(
    cases: Sequence[Features], *, rules: Mapping[int, Rule], actors: Mapping[int, Actor], now: datetime
) -> None:
    """A resolution counts from the opening; where one has ended before (a case opened again), from now."""
    wanted = [
        case for case in cases if case.state != CaseState.CLOSED and rules[case.case_id].policy.resolution_minutes
    ]  # fmt: skip
    if not wanted:
        return
    before = Clock.objects.filter(subject_kind=SUBJECT, subject_id__in=[case.case_id for case in wanted], kind__key=RESOLUTION)
    had_one = set(before.values_list("subject_id", flat=True))
    starts = [
        _start(
            rules[case.case_id].policy, RESOLUTION, case_id=case.case_id, actor=actors[case.case_id],
            started_at=now if case.case_id in had_one else case.opened_at,
        )
        for case in wanted
    ]  # fmt: skip
    clocks.start_clocks(starts, now=now)


def _start(policy: Policy, kind: str, *, case_id: int, actor: Actor, started_at: datetime | None) -> Start:
    promise = _promise(policy, _minutes(policy)[kind] or 0)
    return Start(kind_key=kind, subject_kind=SUBJECT, subject_id=case_id, promise=promise, started_at=started_at, actor=actor)


def _retarget(case_id: int, policy: Policy, *, actor: Actor, now: datetime) -> None:
    minutes = _minutes(policy)
    living = Clock.objects.filter(subject_kind=SUBJECT, subject_id=case_id, state__in=LIVE_STATES, kind__key__in=KINDS)
    for clock_id, kind in list(living.order_by("pk").values_list("pk", "kind__key")):
        promised = minutes[kind]
        if promised:
            clocks.retarget_clock(clock_id, promise=_promise(policy, promised), reason=policy.name, actor=actor, now=now)
        else:
            clocks.cancel_clock(clock_id, reason=policy.name, actor=actor, now=now)


def _promise(policy: Policy, minutes: int) -> Promise:
    return Promise(target_minutes=minutes, calendar_id=policy.calendar_id, warning_shares=tuple(policy.warning_shares))


def _minutes(policy: Policy) -> dict[str, int | None]:
    return {
        FIRST_ANSWER: policy.first_answer_minutes, NEXT_ANSWER: policy.next_answer_minutes, RESOLUTION: policy.resolution_minutes,
    }  # fmt: skip


def cases_of_customers(customer_ids: Iterable[int]) -> list[int]:
    """The cases in work of customers: their promises may change with the customer's tier."""
    rows = Case.objects.filter(customer_id__in=list(customer_ids)).exclude(state=CaseState.CLOSED)
    return list(rows.order_by("pk").values_list("pk", flat=True))
