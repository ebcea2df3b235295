"""What customers say in one-port mode: messages that arrive together are stored in one commit.

The rules are those of `rest.add_message`: its token, its limits, its schema, its service. What any of them refuses is
left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.utils import timezone

from lingting.kernel.timeline.events import Actor
from lingting.platform.audit import Actor as Acting
from lingting.platform.audit import acting
from lingting.platform.refusals import Refusal
from lingting.platform.rest import Caller, Rate
from lingting.platform.rest.limits import check_rate, give_back, top_up
from lingting.platform.rest.marks import marks_of
from lingting.platform.rest.parsing import JsonParser, JsonRenderer
from lingting.platform.rest.together import Call, Done
from lingting.service.channels.chat import rest, schemas
from lingting.service.channels.chat.tokens import Speaker, speakers_of
from lingting.service.crm.models import Customer
from lingting.service.desk.models import MessageKind
from lingting.service.desk.services import AddedMessage, NewMessage, add_messages

PATH = r"/api/v1/chat/conversations/([0-9]{1,18})/messages"
_SCHEME = "visitor "
_SEVERAL = Acting("visitor", "", "several at once")
_parser, _renderer = JsonParser(), JsonRenderer()


def answer_messages(calls: Sequence[Call]) -> list[Done | None]:
    """Stores what can be stored at once; None for whatever `rest.add_message` should look at itself."""
    now = timezone.now()
    words = {place: one for place, one in enumerate(_words(calls)) if one is not None}
    counts = {place: marks_of(rest.add_message).counts(calls[place]) for place in words}
    top_up({key: limit for counted in counts.values() for key, limit in counted}, now=now)
    admitted = [place for place, counted in counts.items() if _count(counted, now=now)]
    try:
        with _acting([calls[place] for place in admitted]):
            outcomes = add_messages([words[place] for place in admitted], now=now, waits=False) if admitted else []
    except Exception:
        for place in admitted:
            _uncount(counts[place])
        raise
    done: list[Done | None] = [None] * len(calls)
    for place, outcome in zip(admitted, outcomes, strict=True):
        if isinstance(outcome, AddedMessage):
            done[place] = _stored(outcome)
        else:
            _uncount(counts[place])
    return done


def _words(calls: Sequence[Call]) -> list[NewMessage | None]:
    given = [call.raw_headers[b"authorization"].decode("latin-1") for call in calls]
    tokens = [text[len(_SCHEME) :].strip() if text[: len(_SCHEME)].lower() == _SCHEME else "" for text in given]
    speakers = speakers_of([(token, int(call.values[0])) for token, call in zip(tokens, calls, strict=True)])
    return [
        None if speaker is None else _message(call, speaker=speaker) for call, speaker in zip(calls, speakers, strict=True)
    ]


def _message(call: Call, *, speaker: Speaker) -> NewMessage | None:
    """What a call wants to say, if it is well formed, brings no files and comes from a site of the widget."""
    origin = call.raw_headers.get(b"origin", b"").decode("latin-1").lower()
    if origin and speaker.origins and origin not in speaker.origins:
        return None
    request: Any = call
    try:
        body = schemas.MessageIn.model_validate(_parser.parse_body(request))
    except (Refusal, ValueError):
        return None
    if body.files:
        return None
    name = Customer.label_of(speaker.customer_id, name=speaker.customer_name)
    call.auth = rest.caller_of_visitor(speaker.key, label=name, extra={})
    actor = Actor("customer", speaker.customer_id, name)
    return NewMessage(int(call.values[0]), MessageKind.CUSTOMER.value, body.text, actor, body.client_key)


def _count(counted: Sequence[tuple[str, Rate]], *, now: datetime) -> bool:
    """Counts a call under all its keys, or under none."""
    for place, (key, limit) in enumerate(counted):
        try:
            check_rate(key, limit=limit, now=now)
        except Refusal:
            _uncount(counted[:place])
            return False
    return True


def _uncount(counted: Sequence[tuple[str, Rate]]) -> None:
    for key, limit in counted:
        give_back(key, limit=limit)


def _acting(calls: Sequence[Call]) -> AbstractContextManager[Any]:
    """The caller as the audit's actor; of several who write together none is named for what all of them caused."""
    if len(calls) != 1:
        return acting(_SEVERAL, via="api")
    caller: Caller = calls[0].auth
    return acting(caller, via="api", request_id=calls[0].request_id)


def _stored(added: AddedMessage) -> Done:
    request: Any = None
    shown = {"id": added.id, "at": added.created_at, "is_repeat": added.is_repeat}
    return Done(201, _renderer.render(request, shown, response_status=201))
