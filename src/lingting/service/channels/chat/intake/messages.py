"""Messages of customers who speak at the same moment."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from lingting.platform.rest.together import Call, Done
from lingting.service.channels.chat import rest, schemas
from lingting.service.channels.chat.intake.road import answer_of, body_of, done_together, may_come_from, speaking, token_of
from lingting.service.channels.chat.tokens import Speaker, speakers_of
from lingting.service.desk.models import MessageKind
from lingting.service.desk.services import AddedMessage, NewMessage, add_messages

PATH = r"/api/v1/chat/conversations/([0-9]{1,18})/messages"


def answer(calls: Sequence[Call]) -> list[Done | None]:
    """Stores what can be stored at once; None for whatever `rest.add_message` should look at itself."""
    now = timezone.now()
    speakers = speakers_of([(token_of(call), int(call.values[0])) for call in calls])
    read = {place: _message(calls[place], speaker=one) for place, one in enumerate(speakers) if one is not None}
    words = {place: message for place, message in read.items() if message is not None}
    return done_together(
        calls, given=words, endpoint=rest.add_message, now=now,
        act=lambda some: [_stored(each) for each in add_messages(some, now=now, waits=False)],
    )  # fmt: skip


def _message(call: Call, *, speaker: Speaker) -> NewMessage | None:
    """What a call wants to say, if it is well formed, brings no files and comes from a site of the widget."""
    body = body_of(call, schemas.MessageIn) if may_come_from(call, speaker.origins) else None
    if body is None or body.files:
        return None
    return NewMessage(int(call.values[0]), MessageKind.CUSTOMER.value, body.text, speaking(call, speaker), body.client_key)


def _stored(added: object) -> Done | None:
    if not isinstance(added, AddedMessage):
        return None
    return answer_of({"id": added.id, "at": added.created_at, "is_repeat": added.is_repeat}, status=201)
