"""The public chat API, `/api/v1/chat/…`: what the widget uses and any site or app may use.

A visit gives a visitor token; everything else carries it as `Authorization: Visitor <token>`. Pages of other sites may call
it: there are no cookies, so there is nothing to steal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast, get_args

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from ninja import File, Path, Query, Router, Status
from ninja.files import UploadedFile

from lingting.kernel.questionnaires.selectors import asked
from lingting.platform.files.services import store_upload
from lingting.platform.realtime import notify
from lingting.platform.realtime.positions import recent_live_cursor
from lingting.platform.refusals import NotPermitted
from lingting.platform.rest import Authentication, Caller, Rate, by_address, by_caller, cross_origin, largest_body, limited
from lingting.service.channels.chat import schemas, selectors, services
from lingting.service.channels.chat.models import ChatSession, Visitor, Widget
from lingting.service.channels.chat.tokens import identity_of, visitor_of, visitor_token
from lingting.service.desk.services import mark_delivered, mark_read_by_customer
from lingting.service.feedback.services import rating_form

router = Router(tags=["chat"])
_VISITOR = Authentication("Visitor")
Language = Literal["zh-hans", "en"]

LOOKS = Rate(600, per=60, burst=300)
VISITS = Rate(120, per=60, burst=60)
BEGINNINGS = Rate(6, per=60, burst=6)
MESSAGES = Rate(60, per=60, burst=30)
LINKS = Rate(6, per=60, burst=6)
UPLOADS = Rate(20, per=60, burst=10)
SIGNS = Rate(120, per=60, burst=60)
READS = Rate(240, per=60, burst=120)
CALLS_OF_AN_ADDRESS = Rate(12_000, per=60, burst=2000)


class ForeignOrigin(NotPermitted):
    """The widget may not be used on this site."""

    code = "foreign_origin"


def recognise(request: HttpRequest, credentials: str) -> Caller | None:
    """The caller behind a visitor token; speaks the visitor's language from here on."""
    visitor = visitor_of(credentials)
    if visitor is None:
        return None
    translation.activate(visitor.language)
    return caller_of_visitor(str(visitor.key), label=str(visitor.customer or ""), extra={"visitor": visitor})


def caller_of_visitor(key: str, *, label: str, extra: dict[str, Any]) -> Caller:
    """A visitor as the API's caller: what their calls count under and what the audit names."""
    return Caller(kind="visitor", id=key, label=label, scopes=frozenset(), extra=extra)


def _visitor(request: Any) -> Visitor:
    visitor: Visitor = request.auth.extra["visitor"]
    check_origin(request, visitor.widget)
    return visitor


def check_origin(request: HttpRequest, widget: Widget) -> None:
    """A widget that names its sites works on those only (and for programs, which send no Origin)."""
    origin = request.headers.get("Origin", "").lower()
    own = f"{request.scheme}://{request.get_host()}".lower()
    if origin and widget.origins and origin not in widget.origins and origin != own:
        sentence = _("This chat is not set up for %(origin)s. Add the site in the widget's settings.")
        raise ForeignOrigin(sentence % {"origin": origin})


def _language(named: str) -> Language:
    """The one that is named if we speak it, else the one the caller's program or browser asks for."""
    if named not in get_args(Language):
        named = "en" if (translation.get_language() or "").startswith("en") else "zh-hans"
    return cast(Language, named)


@router.get("/widgets/{key}", auth=None, response=schemas.WidgetOut)
@cross_origin
@limited(LOOKS, name="chat-looks", by=by_address)
def read_widget(
    request: HttpRequest, response: HttpResponse, key: Annotated[str, Path(max_length=40)], language: Language | None = None
) -> dict[str, Any]:
    """How a widget looks and whether somebody answers; makes no visitor. Without `language` that of `Accept-Language`."""
    translation.activate(_language(language or ""))
    widget = services.widget_with_key(key)
    check_origin(request, widget)
    response.headers["Cache-Control"] = "public, max-age=60"
    patch_vary_headers(response, ("Origin", "Accept-Language"))
    return _widget_out(widget, now=timezone.now())


@router.post("/visits", auth=None, response=schemas.VisitOut)
@cross_origin
@limited(VISITS, name="chat-visits", by=by_address)
def open_visit(request: HttpRequest, body: schemas.VisitIn) -> dict[str, Any]:
    """Opens the widget: who the visitor is, how the widget looks, and the running conversation if there is one.

    The visitor is spoken to in `language` from here on; without one, in that of `Accept-Language`.
    """
    language = _language(body.language)
    translation.activate(language)
    widget = services.widget_with_key(body.widget)
    check_origin(request, widget)
    now = timezone.now()
    visitor = services.open_visit(
        widget, token=body.token, identity=identity_of(body.identity, widget=widget, now=now) if body.identity else None,
        language=language, page_url=body.page_url, page_title=body.page_title,
        user_agent=request.headers.get("User-Agent", ""), now=now,
    )  # fmt: skip
    session = services.live_session(visitor) if visitor.customer_id is not None else None
    return {
        "token": visitor_token(visitor),
        "visitor": visitor.key,
        "customer_name": visitor.customer.name if visitor.customer else "",
        "is_identified": bool(visitor.customer and visitor.customer.external_id),
        "widget": _widget_out(widget, now=now),
        "conversation": _conversation_out(session, visitor=visitor, after_id=0, now=now) if session else None,
    }


@router.post("/conversations", auth=_VISITOR, response={201: schemas.ConversationOut})
@cross_origin
@limited(BEGINNINGS, name="chat-beginnings", by=by_caller)
@limited(CALLS_OF_AN_ADDRESS, name="chat-address", by=by_address)
def begin_conversation(request: HttpRequest, body: schemas.ConversationIn) -> Status[dict[str, Any]]:
    """Asks the first question: opens a case and waits for a person."""
    visitor, now = _visitor(request), timezone.now()
    said = services.begin(
        visitor, text=body.text, queue_key=body.queue, client_key=body.client_key, file_ids=body.files, now=now
    )
    return Status(201, _conversation_out(said.session, visitor=visitor, after_id=0, now=now))


@router.get("/conversations/{conversation_id}", auth=_VISITOR, response=schemas.ConversationOut)
@cross_origin
@limited(READS, name="chat-reads", by=by_caller)
def read_conversation(
    request: HttpRequest, conversation_id: int, after: Annotated[int, Query(ge=0, le=2**62)] = 0
) -> dict[str, Any]:
    """How the conversation stands, and what was said after a message."""
    visitor, now = _visitor(request), timezone.now()
    services.note_seen(visitor, now=now)
    session = services.session_of(visitor, conversation_id)
    return _conversation_out(session, visitor=visitor, after_id=after, now=now)


@router.get("/conversations/{conversation_id}/messages", auth=_VISITOR, response=schemas.EarlierOut)
@cross_origin
@limited(READS, name="chat-reads", by=by_caller)
def read_earlier_messages(
    request: HttpRequest, conversation_id: int, before: Annotated[int, Query(ge=1, le=2**62)]
) -> dict[str, Any]:
    """What was said before a message: the latest 200 of it, oldest first."""
    visitor, now = _visitor(request), timezone.now()
    session = services.session_of(visitor, conversation_id)
    seen = selectors.standing(session, now=now)
    said = selectors.messages_before(
        session.conversation_id, before_id=before, visitor=visitor, is_held=bool(seen.agent_name), now=now
    )
    return {"messages": said.messages, "has_earlier": said.has_earlier}


@router.post("/conversations/{conversation_id}/messages", auth=_VISITOR, response={201: schemas.MessageStoredOut})
@cross_origin
@limited(MESSAGES, name="chat-messages", by=by_caller)
@limited(CALLS_OF_AN_ADDRESS, name="chat-address", by=by_address)
def add_message(request: HttpRequest, conversation_id: int, body: schemas.MessageIn) -> Status[dict[str, Any]]:
    """Says something. The same `client_key` is stored once and answered alike."""
    stored = services.say_in(
        conversation_id, visitor=_visitor(request), text=body.text, client_key=body.client_key, file_ids=body.files,
        now=timezone.now(),
    )
    return Status(201, {"id": stored.id, "at": stored.created_at, "is_repeat": stored.is_repeat})


@router.post("/files", auth=_VISITOR, response={201: schemas.FileOut})
@cross_origin
@largest_body(25 * 1024 * 1024)
@limited(UPLOADS, name="chat-uploads", by=by_caller)
def upload_file(request: HttpRequest, file: UploadedFile = File(...)) -> Status[dict[str, Any]]:
    """Takes in a picture or file, to be sent with the next message."""
    visitor, now = _visitor(request), timezone.now()
    stored = store_upload(file, actor_kind="visitor", actor_id=str(visitor.key), now=now)
    return Status(201, {
        "id": stored.public_id, "name": stored.original_name, "size": stored.size, "is_image": stored.is_image,
        "width": stored.width, "height": stored.height,
        "url": selectors.file_url(stored, visitor=visitor, now=now),
    })  # fmt: skip


@router.post("/conversations/{conversation_id}/reads", auth=_VISITOR, response={204: None})
@cross_origin
@limited(SIGNS, name="chat-signs", by=by_caller)
def note_reads(request: HttpRequest, conversation_id: int, body: schemas.ReadsIn) -> Status[None]:
    """The customer has seen our messages up to an id."""
    visitor = _visitor(request)
    session = services.session_of(visitor, conversation_id)
    mark_read_by_customer(
        session.conversation_id, up_to_id=body.up_to, actor=services.actor_of(visitor), now=timezone.now()
    )
    return Status(204, None)


@router.post("/conversations/{conversation_id}/deliveries", auth=_VISITOR, response={204: None})
@cross_origin
@limited(SIGNS, name="chat-signs", by=by_caller)
def note_deliveries(request: HttpRequest, conversation_id: int, body: schemas.ReadsIn) -> Status[None]:
    """Our messages up to an id have reached the customer's device."""
    session = services.session_of(_visitor(request), conversation_id)
    mark_delivered(session.conversation_id, up_to_id=body.up_to, now=timezone.now())
    return Status(204, None)


@router.post("/conversations/{conversation_id}/typing", auth=_VISITOR, response={204: None})
@cross_origin
@limited(SIGNS, name="chat-signs", by=by_caller)
def note_typing(request: HttpRequest, conversation_id: int) -> Status[None]:
    """The customer is writing; passes by, is stored nowhere."""
    session = services.session_of(_visitor(request), conversation_id)
    if session.conversation.ended_at is not None:
        return Status(204, None)
    case_id = session.conversation.case_id
    notify.signal([f"case:{case_id}"], kind="CustomerTyping", data={"case_id": case_id, "conversation_id": conversation_id})
    return Status(204, None)


@router.post("/conversations/{conversation_id}/end", auth=_VISITOR, response=schemas.ConversationOut)
@cross_origin
@limited(SIGNS, name="chat-signs", by=by_caller)
def end_conversation(request: HttpRequest, conversation_id: int) -> dict[str, Any]:
    """The customer ends the conversation; ending twice is once."""
    visitor, now = _visitor(request), timezone.now()
    session = services.session_of(visitor, conversation_id)
    services.end(session, visitor=visitor, now=now)
    return _conversation_out(session, visitor=visitor, after_id=_MANY, now=now)


@router.post("/conversations/{conversation_id}/contact", auth=_VISITOR, response=schemas.LeftMessageOut)
@cross_origin
@limited(BEGINNINGS, name="chat-beginnings", by=by_caller)
def leave_contact(request: HttpRequest, conversation_id: int, body: schemas.ContactIn) -> dict[str, Any]:
    """Instead of waiting on: leaves a number or address; the case stays open to be answered."""
    visitor = _visitor(request)
    session = services.session_of(visitor, conversation_id)
    services.leave_contact(
        session, visitor=visitor, name=body.name, phone=body.phone, email=body.email, text=body.text,
        client_key=body.client_key, now=timezone.now(),
    )  # fmt: skip
    return _case_out(session, visitor=visitor)


@router.post("/left-messages", auth=_VISITOR, response={201: schemas.LeftMessageOut})
@cross_origin
@limited(BEGINNINGS, name="chat-beginnings", by=by_caller)
def leave_message(request: HttpRequest, body: schemas.LeftMessageIn) -> Status[dict[str, Any]]:
    """Outside opening hours: leaves a message with a way to answer it, which becomes a case."""
    visitor = _visitor(request)
    session = services.leave_message(
        visitor, queue_key=body.queue, name=body.name, phone=body.phone, email=body.email, text=body.text,
        client_key=body.client_key, now=timezone.now(),
    )  # fmt: skip
    return Status(201, _case_out(session, visitor=visitor))


@router.post("/conversations/{conversation_id}/case", auth=_VISITOR, response=schemas.LeftMessageOut)
@cross_origin
@limited(LINKS, name="chat-links", by=by_caller)
def find_case(request: HttpRequest, conversation_id: int) -> dict[str, Any]:
    """The number of the conversation's case, and a fresh link to follow it. The link is a secret of this customer."""
    visitor = _visitor(request)
    return _case_out(services.session_of(visitor, conversation_id), visitor=visitor)


@router.get("/conversations/{conversation_id}/rating", auth=_VISITOR, response=schemas.RatingFormOut)
@cross_origin
@limited(READS, name="chat-reads", by=by_caller)
def read_rating_form(request: HttpRequest, conversation_id: int) -> dict[str, Any]:
    """What is asked after a conversation: the rating questionnaire as it is published, in the visitor's language."""
    services.session_of(_visitor(request), conversation_id)
    return asked(rating_form())


@router.post("/conversations/{conversation_id}/rating", auth=_VISITOR, response={204: None})
@cross_origin
@limited(BEGINNINGS, name="chat-beginnings", by=by_caller)
def rate_conversation(request: HttpRequest, conversation_id: int, body: schemas.RatingIn) -> Status[None]:
    """Rates an ended conversation, once, by answers to the rating form."""
    visitor = _visitor(request)
    session = services.session_of(visitor, conversation_id)
    services.rate(session, visitor=visitor, answers=body.answers, version_id=body.version, now=timezone.now())
    return Status(204, None)


_MANY = 2**62


def _case_out(session: ChatSession, *, visitor: Visitor) -> dict[str, Any]:
    link = services.link_to_case(session, visitor=visitor, now=timezone.now())
    return {"case_number": session.conversation.case_id, "link": link}


def _widget_out(widget: Widget, *, now: datetime) -> dict[str, Any]:
    queues = selectors.queue_choices(widget, now=now)
    opens = [queue.opens_at for queue in queues if queue.opens_at]
    return {
        "name": widget.name,
        "colour": widget.colour,
        "greeting": widget.words("greeting"),
        "closed_text": widget.words("closed"),
        "queues": [vars(queue) for queue in queues],
        "is_open": any(queue.is_open for queue in queues),
        "opens_at": min(opens) if opens else None,
        "largest_file_bytes": settings.FILES_MAX_BYTES,
    }


def _conversation_out(session: ChatSession, *, visitor: Visitor, after_id: int, now: datetime) -> dict[str, Any]:
    cursor = recent_live_cursor(seconds=1)
    seen = selectors.standing(session, now=now)
    if after_id == _MANY:
        said = selectors.nothing_of([session.conversation_id])[session.conversation_id]
    else:
        said = selectors.messages_after(
            session.conversation_id, after_id=after_id, visitor=visitor, is_held=bool(seen.agent_name), now=now
        )
    return conversation_out(session.conversation_id, seen=seen, said=said, cursor=cursor)


def conversation_out(
    conversation_id: int, *, seen: selectors.ChatStanding, said: selectors.Said, cursor: str
) -> dict[str, Any]:
    """A conversation as `schemas.ConversationOut` has it; `cursor` was read before the rest."""
    return {
        "id": conversation_id,
        "standing": {
            "state": seen.state, "agent_name": seen.agent_name, "may_leave_contact": seen.may_leave_contact,
            "place": seen.outlook.place if seen.outlook else None,
            "wait_low_seconds": seen.outlook.low_seconds if seen.outlook else None,
            "wait_high_seconds": seen.outlook.high_seconds if seen.outlook else None,
            "is_rated": seen.is_rated, "read_up_to": said.read_up_to,
        },
        "messages": said.messages,
        "has_more": said.has_more,
        "has_earlier": said.has_earlier,
        "topic": f"chat:{conversation_id}",
        "cursor": cursor,
    }  # fmt: skip
