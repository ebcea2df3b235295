"""The outcome is told to the customer, and the call afterwards is planned."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.complaints.events import ComplaintAnswered
from lingting.service.complaints.models import CompensationState, Complaint, Stage
from lingting.service.complaints.services.following import plan_follow_up
from lingting.service.complaints.services.locking import locked_open_complaint, required
from lingting.service.complaints.services.steps import finish_step
from lingting.service.desk.services import answer_case

FOLLOW_UP_AFTER = timedelta(hours=20)


@transaction.atomic
def answer_complaint(
    complaint_id: int, *, text: str, actor: Actor, now: datetime, sends: bool = True, follow_up_at: datetime | None = None
) -> Complaint:
    """Keeps the outcome; `sends` says it in the case's latest conversation too. Plans the follow-up call.

    May be repeated (another answer after more talk); the first answer's moment stays. Raises `BadComplaint`,
    `ComplaintIsClosed` and what `answer_case` raises.
    """
    complaint = locked_open_complaint(complaint_id)
    words = required(text, field="text")
    if sends:
        answer_case(complaint.case_id, text=words, actor=actor, now=now)
    complaint.answer = words
    if complaint.answered_at is None:
        complaint.answered_at, complaint.answered_by_id = now, actor.id if actor.is_staff else None
    if complaint.stage in (Stage.RECEIVED, Stage.HANDLING):
        complaint.stage = Stage.ANSWERED
    complaint.save(update_fields=["answer", "answered_at", "answered_by", "stage"])
    record(ComplaintAnswered(case_id=complaint.case_id, complaint_id=complaint.pk, was_sent=sends), actor=actor, now=now)
    waits = complaint.compensations.filter(state__in=[CompensationState.PROPOSED, CompensationState.APPROVED]).exists()
    outcome = "compensate" if waits else "done"
    for step in ("own-check", "departments"):
        finish_step(complaint.case_id, step=step, actor=actor, now=now)
    finish_step(complaint.case_id, step="answer", outcome=outcome, actor=actor, now=now)
    plan_follow_up(complaint, due_at=follow_up_at or now + FOLLOW_UP_AFTER, actor=actor, now=now)
    return complaint
