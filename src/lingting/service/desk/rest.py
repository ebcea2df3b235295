"""The desk over the API: cases, messages, imports. The same services as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from lingting.kernel.accounts.permissions import calling_account, calling_actor, check_caller
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import NotPermitted
from lingting.platform.rest import Number, Rate, largest_body, limited, scope
from lingting.service.desk import selectors, services
from lingting.service.desk.models import Case, Queue
from lingting.service.desk.services.importing import MOST_ITEMS
from lingting.service.desk.services.refusals import UnknownChoice, case_not_found

router = Router(tags=["desk"])
IMPORT_BYTES = 16 * 1024 * 1024
Text = Annotated[str, Field(min_length=1, max_length=20_000)]


class CaseLine(Schema):
    """A case as lists show it. `due_at` is when the customer should have an answer; names are the centre's."""

    id: int
    subject: str
    state: str
    priority: int
    channel: str
    customer_id: int
    customer_name: str
    queue_id: int
    type_id: int | None
    assignee_id: int | None
    assignee_name: str | None
    preview: str
    unread_count: int
    opened_at: datetime
    active_at: datetime
    waiting_since_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None


class CaseList(Schema):
    items: list[CaseLine]
    next: str | None = Field(None, description="Give it as `after` for what follows; null at the end.")


class CaseFilters(Schema):
    view: Literal["mine", "unassigned", "team", "mentions", "waiting", "snoozed", "overdue", "orders", "closed", "all"] = "all"
    state: Literal["open", "waiting", "snoozed", "closed"] | None = None
    queue: int | None = Field(None, ge=0, lt=2**31)
    type: int | None = Field(None, ge=0, lt=2**31)
    assignee: int | None = Field(None, ge=0, lt=2**31, description="0: nobody")
    priority: int | None = Field(None, ge=1, le=4)
    channel: str | None = Field(None, max_length=10)
    tag: int | None = Field(None, ge=0, lt=2**31)
    q: str = Field("", max_length=200, description="A case number, a part of a customer's name, or words that were said.")
    after: str = Field("", max_length=100)
    limit: int = Field(25, ge=1, le=100)


class ConversationOut(Schema):
    id: int
    channel: str
    started_at: datetime
    ended_at: datetime | None


class CaseOut(Schema):
    """A case with its conversations and tags."""

    id: int
    subject: str
    state: str
    priority: int
    channel: str
    customer_id: int
    queue_id: int
    type_id: int | None
    assignee_id: int | None
    opened_at: datetime
    active_at: datetime
    waiting_since_at: datetime | None
    due_at: datetime | None
    snoozed_until_at: datetime | None
    closed_at: datetime | None
    tags: list[str]
    conversations: list[ConversationOut]


class NewCase(Schema):
    customer_id: Number
    queue: str = Field(max_length=40, description="The queue's key.")
    channel: str = Field("form", min_length=1, max_length=10)
    subject: str = Field("", max_length=200)
    priority: int = Field(3, ge=1, le=4)


class MessageOut(Schema):
    id: int
    conversation_id: int
    kind: str
    author_id: int | None
    text: str
    created_at: datetime
    delivered_at: datetime | None
    read_at: datetime | None
    client_key: UUID | None


class MessageList(Schema):
    items: list[MessageOut]


class MessagePlace(Schema):
    """Where a list of messages continues."""

    after: int = Field(0, ge=0, lt=2**53, description="The id of the last message you have.")
    limit: int = Field(50, ge=1, le=200)


class NewMessage(Schema):
    """`client_key` is your own id of the message: the same key never makes a second one."""

    kind: Literal["customer", "agent", "note"] = "agent"
    text: Text
    client_key: UUID | None = None
    author_name: str = Field("", max_length=80, description="Who speaks, for a customer's message.")


class AddedOut(Schema):
    id: int
    case_id: int
    conversation_id: int
    created_at: datetime
    is_repeat: bool


# Plain models: a thousand cases with their messages come at once, and ninja's own class costs each as much as all else.
class ImportIn(Schema):
    items: list[services.ImportedCase] = Field(min_length=1, max_length=MOST_ITEMS)


class ImportResultOut(Schema):
    index: int
    case_id: int | None
    problem: str = ""


class ImportOut(Schema):
    created: int
    refused: int
    results: list[ImportResultOut]


class Assignment(Schema):
    assignee_id: int | None = Field(None, ge=1, lt=2**53, description="null: nobody")


class Done(Schema):
    changed: bool


@router.get("/cases", response=CaseList)
@scope("desk:read")
def list_cases(request: HttpRequest, query: Query[CaseFilters]) -> HttpResponse:
    """Cases as the inbox lists them, newest activity first; any filter, any depth."""
    now = timezone.now()
    desk = _desk(request)
    listing = selectors.listing_of(desk, query.view, query=query.dict(exclude_none=True))
    if query.q:
        page = selectors.find_cases(desk, words=query.q, now=now, most=query.limit)
    else:
        page = selectors.inbox_page(listing, after=query.after, now=now, size=query.limit)
    items = [{name: row[name] for name in _LINE} for row in page.rows]
    return HttpResponse(orjson.dumps({"items": items, "next": page.next}), content_type="application/json")


@router.post("/cases", response={201: CaseOut})
@scope("desk:write")
def open_case(request: HttpRequest, body: NewCase) -> Any:
    """Opens a case for a customer, with a conversation on its channel."""
    check_caller(request, "desk.answer_cases")
    queue = Queue.objects.filter(key=body.queue, is_active=True).values_list("pk", flat=True).first()
    if queue is None:
        raise UnknownChoice(_("This queue is not in use. Choose another one."))
    case = services.open_case_with_conversation(
        body.customer_id,
        queue_id=queue,
        channel=body.channel,
        subject=body.subject,
        priority=body.priority,
        actor=calling_actor(request),
        now=timezone.now(),
    )
    return Status(201, _case_out(case))


@router.get("/cases/{int:case_id}", response=CaseOut)
@scope("desk:read")
def read_case(request: HttpRequest, case_id: int) -> Any:
    return _case_out(_access(request, case_id))


@router.get("/cases/{int:case_id}/messages", response=MessageList)
@scope("desk:read")
def list_messages(request: HttpRequest, case_id: int, place: Query[MessagePlace]) -> Any:
    """What was said in a case, oldest first, after a message's id."""
    _access(request, case_id)
    rows = selectors.messages_after(case_id, after_id=place.after, most=place.limit)
    return {"items": [{name: row[name] for name in MessageOut.model_fields} for row in rows]}


@router.post("/cases/{int:case_id}/messages", response={201: AddedOut, 200: AddedOut})
@scope("desk:write")
@limited(Rate(600, per=1, burst=1200), name="desk-messages")
def add_message(request: HttpRequest, case_id: int, body: NewMessage) -> Any:
    """Says something in a case's latest conversation: 201, or 200 if this `client_key` was stored before.

    A person's token answers and notes as that person; only an application's brings in what customers said.
    """
    now = timezone.now()
    said = {"text": body.text, "now": now, "client_key": body.client_key}
    if body.kind == "customer":
        if calling_account(request) is not None:
            raise NotPermitted(_("Only an application's token brings in what customers said."))
        _check_exists(case_id)
        speaker = Actor("customer", None, body.author_name or "")
        talk = services.latest_conversation_id(case_id)
        added = services.add_message(talk, kind="customer", actor=speaker, **said)
    elif body.kind == "note":
        _access(request, case_id)
        added = services.add_note(case_id, actor=calling_actor(request), **said)
    else:
        _access(request, case_id, permission="desk.answer_cases")
        added = services.answer_case(case_id, actor=calling_actor(request), **said)
    given = {name: getattr(added, name) for name in AddedOut.model_fields}
    return Status(200 if added.is_repeat else 201, given)


@router.post("/cases/{int:case_id}/assignment", response=Done)
@scope("desk:write")
def assign_case(request: HttpRequest, case_id: int, body: Assignment) -> Any:
    _access(request, case_id, permission="desk.assign_cases")
    changed = services.assign_case(case_id, assignee_id=body.assignee_id, actor=calling_actor(request), now=timezone.now())
    return {"changed": changed}


@router.post("/cases/{int:case_id}/closure", response=Done)
@scope("desk:write")
def close_case(request: HttpRequest, case_id: int) -> Any:
    """Closes a case; 409 if somebody else was first."""
    _access(request, case_id, permission="desk.answer_cases")
    services.close_case(case_id, actor=calling_actor(request), now=timezone.now())
    return {"changed": True}


@router.post("/cases/{int:case_id}/reopening", response=Done)
@scope("desk:write")
def reopen_case(request: HttpRequest, case_id: int) -> Any:
    _access(request, case_id, permission="desk.answer_cases")
    return {"changed": services.reopen_case(case_id, actor=calling_actor(request), now=timezone.now())}


@router.post("/imports", response=ImportOut)
@scope("desk:write")
@largest_body(IMPORT_BYTES)
def import_cases(request: HttpRequest, body: ImportIn) -> HttpResponse:
    """Takes over up to 1,000 cases with their messages; says for each what became of it."""
    check_caller(request, "desk.bulk_cases")
    results = services.import_cases(body.items, actor=calling_actor(request), now=timezone.now())
    created = sum(1 for result in results if result.case_id)
    answer = {"created": created, "refused": len(results) - created, "results": results}
    return HttpResponse(orjson.dumps(answer), content_type="application/json")


_LINE = tuple(CaseLine.model_fields)


def _desk(request: HttpRequest) -> selectors.Desk:
    """The caller's sight: a person's own; an application's token sees everything its scope opens."""
    user = calling_account(request)
    return selectors.desk_of(user) if user is not None else selectors.whole_desk(request.auth.label)  # type: ignore[attr-defined]


def _access(request: HttpRequest, case_id: int, *, permission: str = "") -> Case:
    user = calling_account(request)
    if user is None:
        return _check_exists(case_id)
    if permission:
        return selectors.access_case_to(user, case_id, permission=permission)
    return selectors.access_case(user, case_id)


def _check_exists(case_id: int) -> Case:
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise case_not_found()
    return case


def _case_out(case: Case) -> dict[str, Any]:
    plain = {name: getattr(case, name) for name in CaseOut.model_fields if name not in ("tags", "conversations")}
    talks = [
        {"id": talk.pk, "channel": talk.channel, "started_at": talk.started_at, "ended_at": talk.ended_at}
        for talk in selectors.conversations_of(case.pk)
    ]
    return {**plain, "tags": sorted(case.tags.values_list("name", flat=True)), "conversations": talks}
