"""The call after the answer: due at a moment, up to three tries, a questionnaire, satisfied or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.clocks.services import Promise, cancel_clocks_of, start_clock, stop_clocks_of
from lingting.kernel.questionnaires.selectors import current_version
from lingting.kernel.questionnaires.services import respond
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, NotFound
from lingting.service.complaints.events import FollowUpDone
from lingting.service.complaints.models import Complaint, FollowUp, Stage
from lingting.service.complaints.services.locking import BadComplaint, locked_open_complaint
from lingting.service.complaints.services.steps import finish_step

QUESTIONNAIRE = "complaint-follow-up"
CLOCK = "follow-up"
SUBJECT = "complaints.followup"
MOST_ATTEMPTS = 3
AGAIN_AFTER = timedelta(hours=4)
SATISFIED_FROM = 4


class CallWasMade(Conflict):
    """Somebody made this call already."""

    code = "follow_up_done"


def plan_follow_up(complaint: Complaint, *, due_at: datetime, actor: Actor, now: datetime) -> FollowUp | None:
    """Plans the next call unless one is planned, the customer was reached, or all tries are used up (None then)."""
    calls = list(complaint.follow_ups.order_by("attempt"))
    if any(call.called_at is None or call.is_reached for call in calls) or len(calls) >= MOST_ATTEMPTS:
        return None
    due = max(due_at, now + timedelta(minutes=5))
    made = FollowUp.objects.create(complaint=complaint, attempt=len(calls) + 1, due_at=due)
    promise = Promise(due_at=due, warning_shares=())
    start_clock(CLOCK, subject_kind=SUBJECT, subject_id=made.pk, promise=promise, actor=actor, now=now)
    return made


@transaction.atomic
def record_call(
    follow_up_id: int, *, is_reached: bool, actor: Actor, now: datetime, answers: Mapping[str, Any] | None = None, note: str = "",
    again_at: datetime | None = None,
) -> FollowUp:  # fmt: skip
    """What came of a call. Reached: the questionnaire's answers say whether the customer is satisfied (4 or 5 of 5).

    Not reached: another try is planned (`again_at`, else four hours on) until three were made. Raises `CallWasMade`,
    `BadAnswers`, `ComplaintIsClosed`.
    """
    call = _locked_call(follow_up_id)
    complaint = call.complaint
    if call.called_at is not None:
        raise CallWasMade(_("This call was made already. Load the page again."))
    call.called_at, call.called_by_id, call.is_reached = now, actor.id if actor.is_staff else None, is_reached
    call.note = note.strip()[:500]
    if is_reached:
        _take_answers(call, answers or {}, actor=actor, now=now)
    call.save()
    stop_clocks_of(SUBJECT, call.pk, actor=actor, now=now)
    fact = FollowUpDone(
        case_id=complaint.case_id, complaint_id=complaint.pk, attempt=call.attempt, is_reached=is_reached, satisfied=call.satisfied
    )
    record(fact, actor=actor, now=now)
    if not is_reached:
        plan_follow_up(complaint, due_at=again_at or now + AGAIN_AFTER, actor=actor, now=now)
    if is_reached or call.attempt >= MOST_ATTEMPTS:
        if complaint.stage == Stage.ANSWERED:
            complaint.stage = Stage.FOLLOWED
            complaint.save(update_fields=["stage"])
        finish_step(complaint.case_id, step="follow-up", actor=actor, now=now)
    return call


def drop_planned(complaint: Complaint, *, actor: Actor, now: datetime) -> None:
    """Calls that were planned and are not needed any more: their clocks count neither as kept nor as breached."""
    for call in complaint.follow_ups.filter(called_at=None):
        cancel_clocks_of(SUBJECT, call.pk, reason=_("the complaint is closed"), actor=actor, now=now)
        call.delete()


def _take_answers(call: FollowUp, answers: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    version = current_version(QUESTIONNAIRE)
    if version is None:
        raise BadComplaint(_("The follow-up questionnaire has no published version."))
    customer = Actor("customer", call.complaint.case.customer_id, "")
    call.response = respond(version, answers=answers, respondent=customer, subject_type=SUBJECT, subject_id=call.pk, now=now)
    score = call.response.answers.filter(item__key="satisfied").values_list("value", flat=True).first()
    call.satisfied = None if score is None else Decimal(str(score["value"])) >= SATISFIED_FROM


def _locked_call(follow_up_id: int) -> FollowUp:
    complaint_id = FollowUp.objects.filter(pk=follow_up_id).values_list("complaint_id", flat=True).first()
    if complaint_id is None:
        raise NotFound(_("This call does not exist any more."))
    complaint = locked_open_complaint(complaint_id)
    call = FollowUp.objects.get(pk=follow_up_id)
    call.complaint = complaint
    return call
