"""What an inbox list is narrowed to: read from an address, written back to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import get_language, gettext

from lingting.platform.database.binding import bound_cursor
from lingting.service.desk.models import CaseState, Priority
from lingting.service.desk.selectors.channels import channel_look

NOBODY = 0
STATES = tuple(CaseState.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Conditions that must all hold; None asks nothing. `assignee_id` 0 means nobody."""

    state: str | None = None
    queue_id: int | None = None
    type_id: int | None = None
    assignee_id: int | None = None
    priority: int | None = None
    channel: str | None = None
    tag_id: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, name) is not None for name in _PARAMETERS)

    @property
    def has_index(self) -> bool:
        """Whether an index begins with one of the filters, and runs in the inbox's order.

        Channels and everyday priorities have none: they are met soon enough on the way, and each index costs every message.
        """
        return self.queue_id is not None or self.type_id is not None or self.priority in (Priority.URGENT, Priority.HIGH)

    def as_query(self) -> dict[str, str]:
        """The filters as parameters of an address."""
        return {name: str(value) for key, name in _PARAMETERS.items() if (value := getattr(self, key)) is not None}


_PARAMETERS = {
    "state": "state",
    "queue_id": "queue",
    "type_id": "type",
    "assignee_id": "assignee",
    "priority": "priority",
    "channel": "channel",
    "tag_id": "tag",
}


def filters_of(query: Mapping[str, Any]) -> Filters:
    """The filters an address (or a saved view) names; what makes no sense is left out."""
    state = query.get("state")
    channel = query.get("channel")
    priority = _number(query.get("priority"))
    return Filters(
        state=state if state in STATES else None,
        queue_id=_number(query.get("queue")),
        type_id=_number(query.get("type")),
        assignee_id=_number(query.get("assignee")),
        priority=priority if priority in Priority.values else None,
        channel=str(channel)[:10] if channel else None,
        tag_id=_number(query.get("tag")),
    )


_NAMES = """
    SELECT (SELECT ARRAY[name_zh, name_en] FROM desk_queue WHERE id = %(queue)s::bigint),
           (SELECT ARRAY[name_zh, name_en] FROM desk_casetype WHERE id = %(type)s::bigint),
           (SELECT display_name FROM accounts_account WHERE id = %(assignee)s::bigint),
           (SELECT name FROM desk_tag WHERE id = %(tag)s::bigint)"""


def chosen_names(filters: Filters) -> dict[str, str]:
    """What the filters are narrowed to, in words: parameter to name, in the order of the form. One query at most."""
    given: dict[str, Any] = dict.fromkeys(("queue", "type", "assignee", "tag")) | filters.as_query()
    named: tuple[Any, ...] = (None,) * 4
    if any(given[name] is not None for name in ("queue", "type", "assignee", "tag")):
        with bound_cursor(connection) as cursor:
            cursor.execute(_NAMES, given)
            named = cursor.fetchone()
    queue, kind, assignee, tag = named
    words = {
        "state": filters.state and str(CaseState(filters.state).label),
        "queue": queue and _in_language(queue),
        "type": kind and _in_language(kind),
        "priority": filters.priority and str(Priority(filters.priority).label),
        "channel": filters.channel and channel_look(filters.channel).label,
        "assignee": gettext("Nobody") if filters.assignee_id == NOBODY else assignee,
        "tag": tag,
    }
    return {name: words[name] or given[name] for name in words if given.get(name) is not None}


def _in_language(names: list[str]) -> str:
    chinese, english = names
    return chinese if (get_language() or "").startswith("zh") else english or chinese


def _number(text: Any) -> int | None:
    try:
        number = int(str(text))
    except ValueError:
        return None
    return number if 0 <= number < 2**31 else None
