"""A complaint ends with a root cause and who was responsible."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict
from lingting.service.complaints.events import ComplaintClosed
from lingting.service.complaints.models import Cause, CompensationState, Complaint, Responsibility, Stage
from lingting.service.complaints.services.following import drop_planned
from lingting.service.complaints.services.locking import BadComplaint, locked_open_complaint, required
from lingting.service.complaints.services.steps import end_procedure, finish_step
from lingting.service.desk.models import Case, CaseState
from lingting.service.desk.services import close_case
from lingting.service.workorders.models import OPEN_STATES, Department, WorkOrder


class NotReadyToClose(Conflict):
    """Something is still to be done; `details["missing"]` lists it."""

    code = "complaint_not_ready"


class ComplaintStillOpen(Conflict):
    """A case closes with its complaint, never before it."""

    code = "complaint_still_open"


def check_complaint_is_done(case: Case) -> None:
    """Raises `ComplaintStillOpen` while the case's complaint is not closed, saying what comes first."""
    complaint = Complaint.objects.filter(case=case).exclude(stage=Stage.CLOSED).first()
    if complaint is None:
        return
    missing = missing_for_closing(complaint)
    if missing:
        words = {"missing": "; ".join(missing)}
        raise ComplaintStillOpen(
            _("This is a complaint, and it is not done. First %(missing)s; then close it under “Complaint”.") % words, missing=missing
        )
    raise ComplaintStillOpen(_("This is a complaint: close it under “Complaint” with its cause, and the case closes with it."))


def missing_for_closing(complaint: Complaint) -> list[str]:
    """What is still to be done before it can be closed, in words; cause and responsibility are asked when closing."""
    missing = []
    if complaint.category_id is None:
        missing.append(_("classify it"))
    if not complaint.answered_at:
        missing.append(_("answer the customer"))
    if WorkOrder.objects.filter(parent_id=complaint.case_id, state__in=OPEN_STATES).exists():
        missing.append(_("wait for the open work orders, or withdraw them"))
    states = set(complaint.compensations.values_list("state", flat=True))
    if CompensationState.PROPOSED in states:
        missing.append(_("have the compensation decided"))
    if CompensationState.APPROVED in states:
        missing.append(_("give the approved compensation"))
    return missing


@transaction.atomic
def close_complaint(
    complaint_id: int, *, cause_id: int, responsibility: str, conclusion: str, actor: Actor, now: datetime,
    department_id: int | None = None,
) -> Complaint:  # fmt: skip
    """Closes a complaint and its case. Raises `NotReadyToClose` with what is missing, `BadComplaint`, `ComplaintIsClosed`."""
    complaint = locked_open_complaint(complaint_id)
    missing = missing_for_closing(complaint)
    if missing:
        raise NotReadyToClose(_("Before closing: %(missing)s.") % {"missing": "; ".join(missing)}, missing=missing)
    cause = Cause.objects.filter(pk=cause_id, is_active=True).first()
    if cause is None:
        raise BadComplaint(_("Choose the root cause."), fields={"cause": [_("Choose the root cause.")]})
    if responsibility not in Responsibility.values:
        raise BadComplaint(_("Say who was responsible."), fields={"responsibility": [_("Say who was responsible.")]})
    complaint.department_id = _department(department_id) if responsibility == Responsibility.DEPARTMENT else None
    complaint.cause, complaint.responsibility = cause, responsibility
    complaint.conclusion = required(conclusion, field="conclusion")
    complaint.stage, complaint.closed_at, complaint.closed_by_id = Stage.CLOSED, now, actor.id if actor.is_staff else None
    complaint.save()
    drop_planned(complaint, actor=actor, now=now)
    fact = ComplaintClosed(
        case_id=complaint.case_id, complaint_id=complaint.pk, cause=cause.name_zh, responsibility=responsibility
    )
    record(fact, actor=actor, now=now)
    finish_step(complaint.case_id, step="close", actor=actor, now=now)
    end_procedure(complaint.case_id, actor=actor, now=now)
    if complaint.case.state != CaseState.CLOSED:
        close_case(complaint.case_id, actor=actor, now=now)
    return complaint


def _department(department_id: int | None) -> int:
    if department_id is None or not Department.objects.filter(pk=department_id).exists():
        raise BadComplaint(_("Choose the department."), fields={"department": [_("Choose the department.")]})
    return department_id
