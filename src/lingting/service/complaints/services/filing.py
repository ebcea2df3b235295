"""A case becomes a complaint, by itself or on the customer's behalf; and gets its classes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.complaints.events import ComplaintClassified, ComplaintFiled
from lingting.service.complaints.models import Category, Complaint, Severity, Stage
from lingting.service.complaints.services.locking import BadComplaint, locked_open_complaint, required
from lingting.service.complaints.services.steps import finish_step, start_procedure
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, CaseType, Priority, Queue
from lingting.service.desk.services import add_note, open_case, set_priority, set_type, start_conversation

TYPE_KEY = "complaint"
REPEAT_DAYS = (30, 90)


@transaction.atomic
def file_complaint(case_id: int, *, actor: Actor, now: datetime, on_behalf: bool = False) -> tuple[Complaint, bool]:
    """Makes a case a complaint and starts the procedure; (the complaint, whether it is new). Repeating changes nothing.

    Locks the case. Raises `BadComplaint` for a work order's own case or a merged one.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("customer").filter(pk=case_id).first()
    if case is None or case.parent_id is not None or case.merged_into_id is not None:
        raise BadComplaint(_("Only a customer's own case can be a complaint."))
    made, is_new = Complaint.objects.get_or_create(
        case=case,
        defaults={
            "filed_at": now, "filed_by_id": actor.id if actor.is_staff else None, "on_behalf": on_behalf,
            "region": case.customer.city[:60], "is_demo": case.is_demo,
        },
    )  # fmt: skip
    if not is_new:
        return made, False
    kind = CaseType.objects.filter(key=TYPE_KEY, is_active=True).values_list("pk", flat=True).first()
    if kind and case.type_id != kind:
        set_type(case_id, type_id=kind, actor=actor, now=now)
    record(ComplaintFiled(case_id=case_id, complaint_id=made.pk, on_behalf=on_behalf), actor=actor, now=now)
    start_procedure(case_id, actor=actor, now=now)
    if actor.is_staff:
        finish_step(case_id, step="receive", actor=actor, now=now)
    return made, True


@transaction.atomic
def file_on_behalf(
    customer_id: int, *, queue_id: int, subject: str, words: str, actor: Actor, now: datetime, channel: str = "voice"
) -> Complaint:
    """Opens a case of its own for what a customer said elsewhere (on the phone, at a counter) and files it.

    The words stand in it as a note. Raises `BadComplaint`.
    """
    title, text = required(subject, field="subject", most=200), required(words, field="words")
    if not Customer.objects.filter(pk=customer_id, merged_into=None).exists():
        raise BadComplaint(_("Choose the customer."), fields={"customer": [_("Choose the customer.")]})
    if not Queue.objects.filter(pk=queue_id, is_active=True).exists():
        raise BadComplaint(_("Choose a queue from the list."), fields={"queue": [_("Choose a queue from the list.")]})
    case = open_case(
        customer_id, queue_id=queue_id, channel=channel, subject=title, assignee_id=actor.id, actor=actor, now=now
    )
    start_conversation(case.pk, channel=channel, now=now)
    add_note(case.pk, text=text, actor=actor, now=now)
    made, _is_new = file_complaint(case.pk, on_behalf=True, actor=actor, now=now)
    return made


@transaction.atomic
def classify_complaint(
    complaint_id: int, *, category_id: int, severity: int, actor: Actor, now: datetime, is_public: bool = False,
    is_regulator: bool = False, product: str = "", region: str = "", team_id: int | None = None, person_id: int | None = None,
    investigates: bool = True,
) -> Complaint:  # fmt: skip
    """Gives a complaint its classes; may be repeated while it is in work.

    A public one is at least serious, one through a regulator grave; serious ones get a high and grave ones an urgent
    priority (never a lower one than they have). `investigates`: other departments have to look into it. Raises
    `BadComplaint`, `ComplaintIsClosed`.
    """
    complaint = locked_open_complaint(complaint_id)
    category = Category.objects.filter(pk=category_id, is_active=True).first()
    if category is None:
        raise BadComplaint(_("Choose a category."), fields={"category": [_("Choose a category.")]})
    if severity not in Severity.values:
        raise BadComplaint(_("Choose a severity."), fields={"severity": [_("Choose a severity.")]})
    complaint.category = category
    complaint.severity = raised_severity(severity, is_public=is_public, is_regulator=is_regulator)
    complaint.is_public, complaint.is_regulator = is_public, is_regulator
    complaint.product, complaint.region = product.strip()[:80], region.strip()[:60]
    complaint.team_id, complaint.person_id = team_id, person_id
    complaint.classified_at, complaint.classified_by_id = now, actor.id if actor.is_staff else None
    _mark_repeat(complaint)
    if complaint.stage == Stage.RECEIVED:
        complaint.stage = Stage.HANDLING
    complaint.save()
    _raise_priority(complaint, actor=actor, now=now)
    fact = ComplaintClassified(
        case_id=complaint.case_id, complaint_id=complaint.pk, category_id=category.pk, category=category.name_zh,
        severity=complaint.severity, is_repeat=complaint.repeat_of_id is not None, is_public=is_public, is_regulator=is_regulator,
    )  # fmt: skip
    record(fact, actor=actor, now=now)
    finish_step(complaint.case_id, step="receive", actor=actor, now=now)
    outcome = "investigate" if investigates else "plain"
    finish_step(complaint.case_id, step="classify", outcome=outcome, actor=actor, now=now)
    return complaint


def raised_severity(severity: int, *, is_public: bool, is_regulator: bool) -> int:
    """The severity with the flags counted in: public at least serious, through a regulator grave."""
    least = Severity.GRAVE if is_regulator else Severity.SERIOUS if is_public else Severity.SLIGHT
    return max(severity, least)


def earlier_complaints(complaint: Complaint, *, days: int = REPEAT_DAYS[-1]) -> QuerySet[Complaint]:
    """Complaints of the same customer about the same category or product within the days before, latest first."""
    same = Q(category_id=complaint.category_id) if complaint.category_id else Q(pk__in=[])
    if complaint.product:
        same |= Q(product=complaint.product)
    since = complaint.filed_at - timedelta(days=days)
    rows = Complaint.objects.filter(same, case__customer_id=complaint.case.customer_id, case__merged_into=None)
    before = rows.filter(filed_at__gte=since, filed_at__lte=complaint.filed_at).exclude(pk=complaint.pk)
    return before.select_related("case", "category").order_by("-filed_at", "-pk")


def _mark_repeat(complaint: Complaint) -> None:
    latest = earlier_complaints(complaint).first()
    complaint.repeat_of, complaint.repeat_days = latest, None
    if latest is not None:
        passed = complaint.filed_at - latest.filed_at
        complaint.repeat_days = next(days for days in REPEAT_DAYS if passed <= timedelta(days=days))


def _raise_priority(complaint: Complaint, *, actor: Actor, now: datetime) -> None:
    wanted = {Severity.GRAVE: Priority.URGENT, Severity.SERIOUS: Priority.HIGH}.get(Severity(complaint.severity))
    if wanted is not None and complaint.case.priority > wanted:
        set_priority(complaint.case_id, priority=wanted, actor=actor, now=now)
