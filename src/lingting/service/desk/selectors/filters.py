"""What an inbox list is narrowed to: read from an address, written back to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lingting.service.desk.models import CaseState, Priority

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
    is_tag_common: bool = False
    """How the tag is looked for, not what is found."""

    def __bool__(self) -> bool:
        return any(getattr(self, name) is not None for name in _PARAMETERS)

    @property
    def has_index(self) -> bool:
        """Whether an index begins with one of the filters, and runs in the inbox's order.

        Channels and everyday priorities have none: they are met soon enough on the way, and each index costs every message.
        """
        return self.queue_id is not None or self.type_id is not None or self.priority in (Priority.URGENT, Priority.HIGH)

    @property
    def is_lone_tag(self) -> bool:
        """Whether a tag is all that is asked."""
        return self.as_query().keys() == {"tag"}

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


def _number(text: Any) -> int | None:
    try:
        number = int(str(text))
    except ValueError:
        return None
    return number if 0 <= number < 2**31 else None
