"""The end of a conversation, the end of a case, and taking the latter back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor, Happening
from lingting.kernel.timeline.services import record, record_many
from lingting.platform.database.binding import bound_cursor
from lingting.service.desk.events import CaseClosed, CaseReopened, ConversationEnded
from lingting.service.desk.models import LIVE_CHANNELS, CaseState, Conversation
from lingting.service.desk.registry import check_may_close
from lingting.service.desk.services.locking import locked_case, locked_open_case
from lingting.service.desk.services.message_rows import lock_targets
from lingting.service.desk.services.recording import check_fields_filled
from lingting.service.desk.services.refusals import ConversationNotFound

_END = """
    UPDATE desk_conversation SET ended_at = %s, ended_by = %s WHERE id = ANY(%s::bigint[]) AND ended_at IS NULL RETURNING id
"""


def end_conversation(conversation_id: int, *, by: str, actor: Actor, now: datetime) -> bool:
    """Ends an exchange: `by` is customer, agent or system; False if it had ended. Locks the case."""
    outcome = end_conversations({conversation_id: actor}, by=by, now=now)
    if conversation_id not in outcome:
        raise ConversationNotFound(_("This conversation does not exist."))
    return outcome[conversation_id]


@transaction.atomic
def end_conversations(actors: Mapping[int, Actor], *, by: str, now: datetime, waits: bool = True) -> dict[int, bool]:
    """The same for many, each by its actor: whether it was ended now. Unknown ones are missing in the answer.

    So are, without `waits`, those whose case somebody else has in hand. Locks the cases in the order of their ids.
    """
    targets = lock_targets(actors, waits=waits)
    if not targets:
        return {}
    with bound_cursor(connection) as cursor:
        cursor.execute(_END, [now, by, list(targets)])
        ended = {row[0] for row in cursor.fetchall()}
    facts = [ConversationEnded(case_id=targets[pk].case_id, conversation_id=pk, by=by) for pk in targets if pk in ended]
    record_many([Happening(fact, actors[fact.conversation_id]) for fact in facts], now=now)
    return {pk: pk in ended for pk in targets}


@transaction.atomic
def close_case(case_id: int, *, actor: Actor, now: datetime, checks_fields: bool = True) -> None:
    """The need is met: ends live conversations and takes the case out of every working list.

    Raises `CaseIsClosed` with who and when if somebody else was first, `FieldsMissing` when staff left a field
    empty that its type asks for, and what apps above refuse (an open complaint); these two not with `checks_fields`
    off, for cases that go into another one. Locks the case.
    """
    case = locked_open_case(case_id, now=now)
    if checks_fields:
        check_may_close(case)
        if actor.is_staff:
            check_fields_filled(case)
    live = Conversation.objects.filter(case_id=case_id, ended_at=None, channel__in=LIVE_CHANNELS)
    for conversation_id in list(live.values_list("id", flat=True)):
        end_conversation(conversation_id, by="agent" if actor.is_staff else actor.kind, actor=actor, now=now)
    case.state, case.closed_at = CaseState.CLOSED, now
    case.closed_by_id = actor.id if actor.is_staff else None
    case.waiting_since_at = case.due_at = case.snoozed_until_at = None
    case.unread_count, case.active_at = 0, max(case.active_at, now)
    case.save(
        update_fields=[
            "state", "closed_at", "closed_by", "waiting_since_at", "due_at", "snoozed_until_at", "unread_count", "active_at",
        ]
    )  # fmt: skip
    record(CaseClosed(case_id=case_id, assignee_id=case.assignee_id), actor=actor, now=now)


@transaction.atomic
def reopen_case(case_id: int, *, actor: Actor, now: datetime) -> bool:
    """Takes a closing back; False if the case was not closed. Ended chats stay ended."""
    case = locked_case(case_id)
    if case.state != CaseState.CLOSED:
        return False
    case.state, case.closed_at, case.closed_by = CaseState.OPEN, None, None
    case.active_at = max(case.active_at, now)
    case.save(update_fields=["state", "closed_at", "closed_by", "active_at"])
    record(CaseReopened(case_id=case_id, by_customer=False), actor=actor, now=now)
    return True
