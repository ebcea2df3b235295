"""Which policy holds for a case, and what its clocks do when something happens to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.clocks import services as clocks
from lingting.kernel.clocks.models import LIVE_STATES, Clock
from lingting.kernel.clocks.services import Promise
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.desk.models import Case, CaseState
from lingting.service.promises.events import PromiseMade
from lingting.service.promises.matching import because, policy_for
from lingting.service.promises.models import FIRST_ANSWER, NEXT_ANSWER, RESOLUTION, Policy, Promised

SUBJECT = "desk.case"
KINDS = (FIRST_ANSWER, NEXT_ANSWER, RESOLUTION)


@transaction.atomic
def hold(case_id: int, *, actor: Actor, now: datetime) -> Policy | None:
    """Finds the policy that holds for a case as it stands, and brings its clocks in line; None: nothing is promised.

    Repeating it changes nothing. What has passed stays passed when the policy changes (`retarget_clock`).
    """
    case = Case.objects.select_related("customer__tier", "type", "queue").get(pk=case_id)
    held = Promised.objects.select_related("policy").filter(case_id=case_id).first()
    if case.merged_into_id is not None:
        return held.policy if held else None
    policy = policy_for(case)
    if policy is None:
        if held:
            held.delete()
            clocks.cancel_clocks_of(SUBJECT, case_id, kinds=KINDS, reason=_("nothing is promised any more"), actor=actor, now=now)
            record(PromiseMade(case_id=case_id, policy_id=None, because={}), actor=actor, now=now)
        return None
    if held is None or held.policy_id != policy.pk:
        why = because(policy, case)
        Promised.objects.update_or_create(
            case_id=case_id, defaults={"policy": policy, "because": why, "since_at": held.since_at if held else now}
        )
        record(PromiseMade(case_id=case_id, policy_id=policy.pk, because=why), actor=actor, now=now)
        if held is not None:
            _retarget(case_id, policy, actor=actor, now=now)
    if case.state != CaseState.CLOSED:
        _start_resolution(case, policy, actor=actor, now=now)
    mirror_due(case_id)
    return policy


def asked(case_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """The customer spoke: the next answer is promised, and a resolution that waited for the customer goes on."""
    for held in Promised.objects.select_related("policy").filter(case_id__in=case_ids).order_by("case_id"):
        minutes = held.policy.first_answer_minutes
        known = set(Clock.objects.filter(subject_kind=SUBJECT, subject_id=held.case_id).values_list("kind__key", flat=True))
        if minutes and FIRST_ANSWER not in known:
            _start(held.policy, FIRST_ANSWER, minutes, case_id=held.case_id, actor=actor, now=now)
        elif held.policy.next_answer_minutes and not _lives(held.case_id, FIRST_ANSWER):
            _start(held.policy, NEXT_ANSWER, held.policy.next_answer_minutes, case_id=held.case_id, actor=actor, now=now)
        clocks.resume_clocks_of(SUBJECT, held.case_id, kinds=(RESOLUTION,), actor=actor, now=now)
        mirror_due(held.case_id)


def answered(case_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """Staff answered: the answer was given; where the policy says so, the resolution stands still until the customer speaks."""
    rows = Promised.objects.select_related("policy", "case").filter(case_id__in=case_ids).order_by("case_id")
    for held in rows:
        clocks.stop_clocks_of(SUBJECT, held.case_id, kinds=(FIRST_ANSWER, NEXT_ANSWER), actor=actor, now=now)
        if held.policy.pauses_while_waiting and held.case.state == CaseState.WAITING:
            clocks.pause_clocks_of(SUBJECT, held.case_id, reason="waiting-customer", kinds=(RESOLUTION,), actor=actor, now=now)
        mirror_due(held.case_id)


def closed(case_id: int, *, actor: Actor, now: datetime) -> None:
    """The case is closed: everything promised is done."""
    if Promised.objects.filter(case_id=case_id).exists():
        clocks.stop_clocks_of(SUBJECT, case_id, kinds=KINDS, actor=actor, now=now)


def merged_away(case_id: int, *, actor: Actor, now: datetime) -> None:
    """The case went into another one, whose promises hold: its own count neither as kept nor as breached."""
    clocks.cancel_clocks_of(SUBJECT, case_id, kinds=KINDS, reason=_("merged"), actor=actor, now=now)


def mirror_due(case_id: int) -> None:
    """Copies the earliest due moment of the running promises to the case, for lists. Cases without a policy keep theirs."""
    due = (
        Clock.objects.filter(subject_kind=SUBJECT, subject_id=case_id, state__in=LIVE_STATES, due_at__isnull=False)
        .order_by("due_at").values_list("due_at", flat=True).first()
    )  # fmt: skip
    Case.objects.filter(pk=case_id, promised__isnull=False).exclude(state=CaseState.CLOSED).update(due_at=due)


def _start_resolution(case: Case, policy: Policy, *, actor: Actor, now: datetime) -> None:
    if not policy.resolution_minutes:
        return
    ended = Clock.objects.filter(subject_kind=SUBJECT, subject_id=case.pk, kind__key=RESOLUTION).exists()
    begun = now if ended else case.opened_at
    _start(policy, RESOLUTION, policy.resolution_minutes, case_id=case.pk, actor=actor, now=now, started_at=begun)


def _start(
    policy: Policy, kind: str, minutes: int, *, case_id: int, actor: Actor, now: datetime, started_at: datetime | None = None
) -> None:
    clocks.start_clock(
        kind,
        subject_kind=SUBJECT,
        subject_id=case_id,
        promise=_promise(policy, minutes),
        started_at=started_at,
        actor=actor,
        now=now,
    )


def _retarget(case_id: int, policy: Policy, *, actor: Actor, now: datetime) -> None:
    minutes = {
        FIRST_ANSWER: policy.first_answer_minutes, NEXT_ANSWER: policy.next_answer_minutes, RESOLUTION: policy.resolution_minutes,
    }  # fmt: skip
    living = Clock.objects.filter(subject_kind=SUBJECT, subject_id=case_id, state__in=LIVE_STATES, kind__key__in=KINDS)
    for clock_id, kind in list(living.order_by("pk").values_list("pk", "kind__key")):
        promised = minutes[kind]
        if promised:
            clocks.retarget_clock(clock_id, promise=_promise(policy, promised), reason=policy.name, actor=actor, now=now)
        else:
            clocks.cancel_clock(clock_id, reason=policy.name, actor=actor, now=now)


def _promise(policy: Policy, minutes: int) -> Promise:
    return Promise(target_minutes=minutes, calendar_id=policy.calendar_id, warning_shares=tuple(policy.warning_shares))


def _lives(case_id: int, kind: str) -> bool:
    return Clock.objects.filter(subject_kind=SUBJECT, subject_id=case_id, kind__key=kind, state__in=LIVE_STATES).exists()


def cases_of_customers(customer_ids: Iterable[int]) -> list[int]:
    """The cases in work of customers: their promises may change with the customer's tier."""
    rows = Case.objects.filter(customer_id__in=list(customer_ids)).exclude(state=CaseState.CLOSED)
    return list(rows.order_by("pk").values_list("pk", flat=True))
