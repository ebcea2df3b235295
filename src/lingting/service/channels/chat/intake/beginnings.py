"""First questions of customers who begin at the same moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from lingting.platform.database.one_fate import one_fate
from lingting.platform.realtime.positions import recent_live_cursor
from lingting.platform.rest.together import Call, Done
from lingting.service.channels.chat import rest, schemas, selectors
from lingting.service.channels.chat.intake.road import answer_of, body_of, done_together, may_come_from, token_of
from lingting.service.channels.chat.models import Visitor
from lingting.service.channels.chat.services import Beginning, Said, begin_many
from lingting.service.channels.chat.tokens import visitors_of
from lingting.service.desk.services import check_text

PATH = "/api/v1/chat/conversations"


def answer(calls: Sequence[Call]) -> list[Done | None]:
    """Begins what can be begun at once; None for whatever `rest.begin_conversation` should look at itself."""
    now = timezone.now()
    visitors = visitors_of([token_of(call) for call in calls])
    read = {place: _beginning(calls[place], visitor=one) for place, one in enumerate(visitors) if one is not None}
    wanted = {place: beginning for place, beginning in read.items() if beginning is not None}
    return done_together(
        calls, given=wanted, endpoint=rest.begin_conversation, now=now, act=lambda some: _begun(some, now=now)
    )


def _beginning(call: Call, *, visitor: Visitor) -> Beginning | None:
    body = body_of(call, schemas.ConversationIn) if may_come_from(call, visitor.widget.origins) else None
    if body is None or body.files:
        return None
    call.auth = rest.caller_of_visitor(str(visitor.key), label=str(visitor.customer or ""), extra={})
    return Beginning(visitor, body.text, body.queue, body.client_key)


def _begun(items: list[Beginning], *, now: datetime) -> list[Done | None]:
    cursor = recent_live_cursor(seconds=1)
    with one_fate():
        begun = begin_many(items, now=now)
    waiting = [(said.session, said.contact) for said in begun if said is not None and said.contact is not None]
    standings = selectors.standings_of_new(waiting, now=now) if waiting else {}
    return [
        None if said is None else _shown(said, item=item, seen=standings, cursor=cursor)
        for item, said in zip(items, begun, strict=True)
    ]


def _shown(said: Said, *, item: Beginning, seen: Mapping[int, selectors.ChatStanding], cursor: str) -> Done:
    words = selectors.first_words(said.message, text=check_text(item.text), client_key=item.client_key)
    talk = said.session.conversation_id
    return answer_of(rest.conversation_out(talk, seen=seen[talk], said=words, cursor=cursor), status=201)
