"""The ladder: who is told and what is done as time runs out, each rung once for each clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.models import LIVE_STATES, Clock
from lingting.kernel.notices.services import tell
from lingting.kernel.timeline.events import SYSTEM
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Refusal
from lingting.service.desk import services as desk
from lingting.service.desk.models import Case, Priority
from lingting.service.promises.events import CaseEscalated
from lingting.service.promises.models import Climb, Promised, Rung, RungAct
from lingting.service.promises.services.holding import SUBJECT


@transaction.atomic
def climb(clock_id: int, *, share: Decimal, now: datetime) -> int:
    """Climbs the rungs that a share of the time (1: the breach) has reached; returns how many. Repeating climbs none twice."""
    clock = Clock.objects.select_related("kind").get(pk=clock_id)
    held = Promised.objects.filter(case_id=clock.subject_id).first()
    if held is None:
        return 0
    rungs = Rung.objects.filter(policy_id=held.policy_id, at_share__lte=share, after_minutes=0)
    return _climb_all(rungs.filter(promise__in=["", clock.kind.key]), clock=clock, now=now)


def climb_late_rungs(*, now: datetime, limit: int = 500) -> int:
    """Climbs the rungs whose minutes after the breach have passed while the clock still lives."""
    climbed = 0
    for rung in Rung.objects.filter(after_minutes__gt=0):
        late = Clock.objects.select_related("kind").filter(
            subject_kind=SUBJECT, state__in=LIVE_STATES, breached_at__lte=now - timedelta(minutes=rung.after_minutes)
        )
        if rung.promise:
            late = late.filter(kind__key=rung.promise)
        cases = Promised.objects.filter(policy_id=rung.policy_id).values("case_id")
        done = Climb.objects.filter(rung=rung).values("clock_id")
        for clock in late.filter(subject_id__in=cases).exclude(pk__in=done).order_by("pk")[:limit]:
            with transaction.atomic():
                climbed += _climb_all(Rung.objects.filter(pk=rung.pk), clock=clock, now=now)
    return climbed


def _climb_all(rungs: object, *, clock: Clock, now: datetime) -> int:
    climbed = 0
    for rung in rungs.select_related("person", "queue"):  # type: ignore[attr-defined]
        made, is_new = Climb.objects.get_or_create(
            rung=rung, clock=clock, defaults={"case_id": clock.subject_id, "climbed_at": now}
        )
        if not is_new:
            continue
        climbed += 1
        try:
            with transaction.atomic():
                _act(rung, clock=clock, now=now)
        except Refusal as refusal:
            made.outcome = str(refusal)[:200]
            made.save(update_fields=["outcome"])
        fact = CaseEscalated(case_id=clock.subject_id, act=rung.act, promise=clock.kind.key)
        record(fact, actor=SYSTEM, now=now)
    return climbed


def _act(rung: Rung, *, clock: Clock, now: datetime) -> None:
    case = Case.objects.select_related("assignee", "queue__team").get(pk=clock.subject_id)
    if rung.act == RungAct.RAISE_PRIORITY:
        if case.priority > Priority.URGENT:
            desk.set_priority(case.pk, priority=case.priority - 1, actor=SYSTEM, now=now)
    elif rung.act == RungAct.MOVE_QUEUE:
        if rung.queue_id and rung.queue_id != case.queue_id:
            desk.queue_case(case.pk, queue_id=rung.queue_id, actor=SYSTEM, now=now)
    else:
        person = _person(rung, case)
        if person is None:
            return
        if rung.act in (RungAct.GIVE_TO_LEADER, RungAct.GIVE_TO_PERSON):
            desk.assign_case(case.pk, assignee_id=person.pk, actor=SYSTEM, now=now)
        _tell(person, rung, clock=clock, now=now)


def _person(rung: Rung, case: Case) -> Account | None:
    """Who is meant: the owner, a named person, or the leader of the owner's team (of the queue's, when nobody owns it)."""
    if rung.act in (RungAct.TELL_PERSON, RungAct.GIVE_TO_PERSON):
        return rung.person
    if rung.act == RungAct.TELL_OWNER:
        return case.assignee
    employee = getattr(case.assignee, "employee", None)
    team = employee.team if employee else case.queue.team
    while team is not None:
        if team.leader is not None and team.leader.account_id != case.assignee_id:
            return team.leader.account
        team = team.parent
    return None


def _tell(person: Account, rung: Rung, *, clock: Clock, now: datetime) -> None:
    is_breach = clock.breached_at is not None
    is_given = rung.act in (RungAct.GIVE_TO_LEADER, RungAct.GIVE_TO_PERSON)
    code = "promises.given" if is_given else "promises.breach" if is_breach else "promises.warning"
    due = clock.due_at or clock.breached_at
    params = {
        "case": clock.subject_id,
        "promise": clock.kind.name_zh,
        "due": date_format(timezone.localtime(due), "m-d H:i") if due else "",
    }
    level = "breach" if is_breach else "warning"
    tell(person, code=code, params=params, url=f"/desk/cases/{clock.subject_id}/", level=level, now=now)
