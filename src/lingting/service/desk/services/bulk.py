"""One act on many cases: each case for itself, so that one refusal does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Refusal
from lingting.service.desk.services.assigning import assign_case, queue_case
from lingting.service.desk.services.closing import close_case, reopen_case
from lingting.service.desk.services.fields import add_tag, set_priority, set_type
from lingting.service.desk.services.refusals import UnknownChoice

MOST_AT_ONCE = 200
MOST_EVER = 10_000


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """Ids that changed, the number that were so already, and what was refused: (id, why)."""

    changed: list[int] = field(default_factory=list)
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def act_on_cases(
    case_ids: Sequence[int],
    *,
    act: str,
    value: str = "",
    actor: Actor,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> BulkOutcome:
    """Does one act to every case, each in its own transaction. Raises `UnknownChoice` for an act it does not know.

    `act` is assign, queue, priority, type, tag, close or reopen; `value` its object as text.
    """
    do = _act(act, value=value)
    outcome = BulkOutcome()
    unchanged = 0
    for place, case_id in enumerate(case_ids, start=1):
        try:
            if do(case_id, actor=actor, now=now) is False:
                unchanged += 1
            else:
                outcome.changed.append(case_id)
        except Refusal as refusal:
            outcome.refused.append((case_id, str(refusal)))
        if progress and place % 50 == 0:
            progress(place)
    return BulkOutcome(outcome.changed, unchanged, outcome.refused)


def _act(act: str, *, value: str) -> Callable[..., Any]:
    number = int(value) if value.lstrip("-").isdigit() else None
    if act == "close":
        return close_case
    if act == "reopen":
        return reopen_case
    if act == "assign":
        return lambda case_id, **who: assign_case(case_id, assignee_id=number or None, **who)
    if act == "tag" and value.strip():
        return lambda case_id, **who: add_tag(case_id, name=value, **who)
    if number is not None and act in ("queue", "priority", "type"):
        if act == "queue":
            return lambda case_id, **who: queue_case(case_id, queue_id=number, **who)
        if act == "priority":
            return lambda case_id, **who: set_priority(case_id, priority=number, **who)
        return lambda case_id, **who: set_type(case_id, type_id=number, **who)
    raise UnknownChoice(_("Choose what to do with the selected cases."))
