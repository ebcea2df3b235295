"""Taking a case in one of its conversations: it is somebody's from now on, and a line may tell the customer who has joined.

One statement, and the facts go to the caller: whoever gives work to people records them together with facts of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from lingting.kernel.timeline.events import SYSTEM, Actor, Happening
from lingting.platform.database.binding import bound_cursor
from lingting.service.desk.events import CaseAssigned, MessageAdded
from lingting.service.desk.models import Case, CaseState, MessageKind


@dataclass(frozen=True, slots=True)
class Line:
    """A small line of a conversation that both sides see in their own language (see `system_lines`)."""

    code: str
    params: Mapping[str, Any]


_TAKE = """
    WITH owned AS (
        UPDATE desk_case SET assignee_id = %(owner)s, snoozed_until_at = NULL,
            state = CASE WHEN state = 'snoozed' THEN 'open' ELSE state END
        WHERE id = %(file)s AND assignee_id IS DISTINCT FROM %(owner)s
    ), said AS (
        INSERT INTO desk_message (conversation_id, case_id, kind, text, data, created_at, vector)
        SELECT id, case_id, 'system', '', %(line)s::jsonb, %(now)s::timestamptz, ''
        FROM desk_conversation WHERE id = %(talk)s AND %(line)s::jsonb IS NOT NULL RETURNING id
    )
    SELECT (SELECT id FROM said)
"""


def take_locked_case(
    case: Case, *, assignee_id: int, conversation_id: int, line: Line | None, actor: Actor, now: datetime
) -> list[Happening]:
    """Gives a case that is locked and open to a person who may take it, and says the line; what has become true, unrecorded.

    Record it in the same transaction. A case that is theirs already is not given again. A snoozed one wakes.
    """
    given: dict[str, Any] = {
        "owner": assignee_id, "file": case.pk, "talk": conversation_id, "now": now,
        "line": orjson.dumps({"code": line.code, "params": line.params}).decode() if line else None,
    }  # fmt: skip
    with bound_cursor(connection) as cursor:
        cursor.execute(_TAKE, given)
        (message_id,) = cursor.fetchone()
    became: list[Happening] = []
    if case.assignee_id != assignee_id:
        became.append(Happening(_owned(case, assignee_id=assignee_id), actor))
    if line:
        became.append(Happening(_said(case, conversation_id=conversation_id, message_id=message_id), SYSTEM))
    return became


def _owned(case: Case, *, assignee_id: int) -> CaseAssigned:
    """The row in memory follows the one in the table."""
    previous_id, case.assignee_id = case.assignee_id, assignee_id
    if case.state == CaseState.SNOOZED:
        case.state, case.snoozed_until_at = CaseState.OPEN, None
    return CaseAssigned(case_id=case.pk, assignee_id=assignee_id, previous_id=previous_id)


def _said(case: Case, *, conversation_id: int, message_id: int) -> MessageAdded:
    return MessageAdded(
        case_id=case.pk, conversation_id=conversation_id, message_id=message_id, message_kind=MessageKind.SYSTEM.value, text="",
        author_label=SYSTEM.label, assignee_id=case.assignee_id,
    )  # fmt: skip
