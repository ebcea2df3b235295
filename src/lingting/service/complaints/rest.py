"""The API of complaints, `/api/v1/complaints/…`: the same reach and the same services as the pages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from lingting.kernel.accounts.permissions import calling_account, calling_actor, check_caller, check_permission
from lingting.platform.refusals import Invalid, NotFound
from lingting.platform.rest import Number, Page, PageQuery, page, scope
from lingting.service.complaints import selectors, services
from lingting.service.complaints.models import Complaint
from lingting.service.complaints.services import BadComplaint
from lingting.service.desk.models import Case, Queue
from lingting.service.desk.selectors import access_case_to

router = Router(tags=["complaints"])


class ComplaintLine(Schema):
    """A complaint as lists show it; `category` and `queue` are keys, `due_at` is 48 hours after it was filed."""

    id: int
    case_id: int
    subject: str
    customer_id: int
    stage: str
    category: str | None
    severity: int
    is_public: bool
    is_regulator: bool
    on_behalf: bool
    repeat_of: int | None
    product: str
    region: str
    queue: str
    assignee_id: int | None
    filed_at: datetime
    due_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None


class CompensationOut(Schema):
    id: int
    item: str
    quantity: int
    amount: Decimal
    reason: str
    state: str
    proposed_at: datetime
    decided_at: datetime | None
    granted_at: datetime | None


class CallOut(Schema):
    """A follow-up call: planned, or made with what came of it."""

    attempt: int
    due_at: datetime
    called_at: datetime | None
    is_reached: bool | None
    satisfied: bool | None


class ComplaintOut(ComplaintLine):
    """A complaint with everything; `cause` and `department` are keys."""

    answer: str
    cause: str | None
    responsibility: str
    department: str | None
    conclusion: str
    compensations: list[CompensationOut]
    calls: list[CallOut]


class ComplaintFilters(PageQuery):
    """All of them must fit. `open` is everything but closed."""

    stage: Literal["open", "all", "received", "handling", "answered", "followed", "closed"] = "open"
    severity: int | None = Field(None, ge=1, le=4)
    category: int | None = Field(None, ge=1, lt=2**31, description="Id of a category; those below it count too")
    flag: Literal["", "overdue", "repeat", "public", "regulator"] = ""
    q: str = Field("", max_length=100, description="Part of subject, customer or product, or a case's number")


class NewComplaint(Schema):
    """Either a case that becomes a complaint, or a customer's words for a case of its own."""

    case_id: Number | None = None
    customer_id: Number | None = None
    queue: str = Field("", max_length=40, description="The queue's key, with `customer_id`")
    channel: str = Field("voice", pattern="^[a-z]{1,10}$")
    subject: str = Field("", max_length=200)
    words: str = Field("", max_length=4000)


class CaseOrCustomer(Invalid):
    """Neither or both of case and customer were named."""

    code = "case_or_customer"


@router.get("", response=Page[ComplaintLine])
@scope("complaints:read")
def list_complaints(request: HttpRequest, query: Query[ComplaintFilters]) -> dict[str, Any]:
    """Complaints, the latest first."""
    given = {name: str(value) for name, value in query.dict(exclude_none=True).items() if name not in ("cursor", "limit")}
    given |= {"stage": "" if query.stage == "open" else query.stage, "q": query.q.replace("\x00", "")}
    rows = selectors.filtered(_visible(request), given, now=timezone.now())
    found = page(rows, query=query, order=("-filed_at", "-id"))
    return {"items": [_line(one) for one in found["items"]], "next": found["next"]}


@router.post("", response={201: ComplaintOut, 200: ComplaintOut})
@scope("complaints:write")
def file(request: HttpRequest, body: NewComplaint) -> Status[dict[str, Any]]:
    """Files a complaint; 200 when the case was one already."""
    now, actor = timezone.now(), calling_actor(request)
    if (body.case_id is None) == (body.customer_id is None):
        raise CaseOrCustomer(_("Name either a case or a customer."))
    if body.case_id is not None:
        _check_case(request, body.case_id)
        made, is_new = services.file_complaint(body.case_id, actor=actor, now=now)
        return Status(201 if is_new else 200, _whole(made.pk))
    check_caller(request, selectors.HANDLE)
    queue = Queue.objects.filter(key=body.queue, is_active=True).values_list("pk", flat=True).first()
    if queue is None:
        raise BadComplaint(_("Choose a queue from the list."), fields={"queue": [_("Choose a queue from the list.")]})
    made = services.file_on_behalf(
        body.customer_id or 0, queue_id=queue, subject=body.subject.replace("\x00", ""), words=body.words.replace("\x00", ""),
        channel=body.channel, actor=actor, now=now,
    )  # fmt: skip
    return Status(201, _whole(made.pk))


@router.get("/{complaint_id}", response=ComplaintOut)
@scope("complaints:read")
def read(request: HttpRequest, complaint_id: Number) -> dict[str, Any]:
    """One complaint with its compensation and follow-up calls."""
    if not _visible(request).filter(pk=complaint_id).exists():
        raise NotFound(_("This complaint does not exist any more."))
    return _whole(complaint_id)


def _visible(request: HttpRequest) -> Any:
    """A person's own reach; an application sees what its scope opens."""
    user = calling_account(request)
    if user is None:
        return Complaint.objects.filter(case__merged_into=None).select_related("case__queue", "category")
    check_permission(user, selectors.VIEW)
    return selectors.visible_complaints(user)


def _check_case(request: HttpRequest, case_id: int) -> None:
    user = calling_account(request)
    if user is not None:
        access_case_to(user, case_id, permission=selectors.HANDLE)
    elif not Case.objects.filter(pk=case_id).exists():
        raise NotFound(_("This case does not exist."))


def _line(one: Complaint) -> dict[str, Any]:
    own = ("id", "case_id", "stage", "severity", "is_public", "is_regulator", "on_behalf", "product", "region", "filed_at",
           "answered_at", "closed_at")  # fmt: skip
    return {name: getattr(one, name) for name in own} | {
        "subject": one.case.subject, "customer_id": one.case.customer_id, "category": one.category.key if one.category else None,
        "repeat_of": one.repeat_of_id, "queue": one.case.queue.key, "assignee_id": one.case.assignee_id,
        "due_at": one.filed_at + selectors.PROMISED,
    }  # fmt: skip


def _whole(complaint_id: int) -> dict[str, Any]:
    one = Complaint.objects.select_related("case__queue", "category", "cause", "department").get(pk=complaint_id)
    given = one.compensations.select_related("item").order_by("pk")
    compensation = ("id", "quantity", "amount", "reason", "state", "proposed_at", "decided_at", "granted_at")
    call = ("attempt", "due_at", "called_at", "is_reached", "satisfied")
    return _line(one) | {
        "answer": one.answer, "cause": one.cause.key if one.cause else None, "responsibility": one.responsibility,
        "department": one.department.key if one.department else None, "conclusion": one.conclusion,
        "compensations": [{name: getattr(each, name) for name in compensation} | {"item": each.item.key} for each in given],
        "calls": [{name: getattr(each, name) for name in call} for each in one.follow_ups.all()],
    }  # fmt: skip
