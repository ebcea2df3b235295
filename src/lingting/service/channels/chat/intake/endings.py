"""Conversations that their customers end at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from lingting.kernel.timeline.events import Actor
from lingting.platform.database.one_fate import one_fate
from lingting.platform.realtime.positions import recent_live_cursor
from lingting.platform.rest.together import Call, Done
from lingting.service.channels.chat import rest, selectors
from lingting.service.channels.chat.intake.road import answer_of, done_together, may_come_from, speaking, token_of
from lingting.service.channels.chat.tokens import speakers_of
from lingting.service.desk.services import end_conversations

PATH = r"/api/v1/chat/conversations/([0-9]{1,18})/end"


def answer(calls: Sequence[Call]) -> list[Done | None]:
    """Ends what goes on and is free; None for whatever `rest.end_conversation` should look at itself."""
    now = timezone.now()
    speakers = speakers_of([(token_of(call), int(call.values[0])) for call in calls])
    wishes = {
        place: (int(calls[place].values[0]), speaking(calls[place], one))
        for place, one in enumerate(speakers)
        if one is not None and may_come_from(calls[place], one.origins)
    }
    return done_together(calls, given=wishes, endpoint=rest.end_conversation, act=lambda some: _ended(some, now=now), now=now)


def _ended(wishes: list[tuple[int, Actor]], *, now: datetime) -> list[Done | None]:
    cursor = recent_live_cursor(seconds=1)
    with one_fate():
        outcomes = end_conversations(dict(wishes), by="customer", now=now, waits=False)
    ended = [pk for pk, is_new in outcomes.items() if is_new]
    standings, read = (selectors.standings_of_ended(ended), selectors.nothing_of(ended)) if ended else ({}, {})
    return [
        answer_of(rest.conversation_out(pk, seen=standings[pk], said=read[pk], cursor=cursor), status=200)
        if pk in standings
        else None
        for pk, _actor in wishes
    ]
