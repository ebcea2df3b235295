"""How an inbox page is read at any size and depth: as the merge of a few index walks.

A *lane* is a stretch of one index that is already in the inbox's order: the cases of one owner in one state,
the unowned cases of one queue in one state, or all cases in one state. A page is the newest rows over all lanes
of a view, each asked for at most one page: its cost does not depend on how many cases there are or how deep
one has scrolled. Rare tags start from the tag instead (`selectors.inbox`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lingting.service.desk.models import CaseState
from lingting.service.desk.selectors.filters import NOBODY, Filters
from lingting.service.desk.selectors.sight import Sight

WORKING = (CaseState.OPEN.value, CaseState.WAITING.value, CaseState.SNOOZED.value)
EVERY = (*WORKING, CaseState.CLOSED.value)
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """What a view lists, before paging: `people` None means whoever owns it, `queues` the unowned ones of those.

    `owners` True takes owned cases, `unowned` those without owner. `only_ids` restricts to given cases.
    """

    states: tuple[str, ...]
    people: tuple[int, ...] | None
    queues: tuple[int, ...]
    owned: bool = True
    unowned: bool = True
    is_overdue: bool = False
    filters: Filters = field(default_factory=Filters)

    @property
    def sees_all(self) -> bool:
        return self.people is None and self.owned and self.unowned


def scope_of(view: str, *, sight: Sight, team: tuple[int, ...], all_queues: tuple[int, ...], filters: Filters) -> Scope:
    """The scope of a built-in view for somebody who sees that far. `team`: accounts of their team."""
    people = None if sight.sees_all else sight.people
    queues = all_queues if sight.sees_all else sight.queues
    whole = Scope(states=EVERY, people=people, queues=queues, filters=filters)
    open_only = (CaseState.OPEN.value,)
    made = {
        "mine": replace(whole, states=open_only, people=(sight.account_id,), unowned=False),
        "unassigned": replace(whole, states=open_only, owned=False),
        "team": replace(whole, states=open_only, people=_within(team, people), unowned=False),
        "waiting": replace(whole, states=(CaseState.WAITING.value,)),
        "snoozed": replace(whole, states=(CaseState.SNOOZED.value,)),
        "closed": replace(whole, states=(CaseState.CLOSED.value,)),
        "overdue": replace(whole, states=open_only, is_overdue=True),
    }.get(view, whole)
    return _narrowed(made, filters)


def _within(team: tuple[int, ...], people: tuple[int, ...] | None) -> tuple[int, ...]:
    return team if people is None else tuple(sorted(set(team) & set(people)))


def _narrowed(scope: Scope, filters: Filters) -> Scope:
    if filters.state:
        scope = replace(scope, states=tuple(state for state in scope.states if state == filters.state))
    if filters.assignee_id == NOBODY:
        scope = replace(scope, owned=False)
    elif filters.assignee_id is not None:
        wanted = (filters.assignee_id,)
        scope = replace(scope, people=_within(wanted, scope.people), unowned=False)
    if filters.queue_id is not None and not scope.sees_all:
        scope = replace(scope, queues=tuple(queue for queue in scope.queues if queue == filters.queue_id))
    return scope


def condition(scope: Scope, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The scope as one SQL condition over `desk_case file`, for counts and for asking after single rows."""
    parts = ["file.state = ANY(%(states)s)", *_residual(scope.filters)]
    if scope.is_overdue:
        parts.append("file.due_at < %(now)s")
    if not scope.sees_all:
        owned = "file.assignee_id = ANY(%(people)s)" if scope.people is not None else "file.assignee_id IS NOT NULL"
        unowned = "(file.assignee_id IS NULL AND file.queue_id = ANY(%(queues)s))"
        either = [text for text, wanted in ((owned, scope.owned), (unowned, scope.unowned)) if wanted]
        parts.append(f"({' OR '.join(either)})" if either else "false")
    return " AND ".join(parts), parameters(scope, now=now)


def parameters(scope: Scope, *, now: datetime) -> dict[str, Any]:
    chosen = scope.filters
    return {
        "states": list(scope.states),
        "people": list(scope.people or ()),
        "queues": list(scope.queues),
        "now": now,
        "queue": chosen.queue_id,
        "type": chosen.type_id,
        "priority": chosen.priority,
        "channel": chosen.channel,
        "tag": chosen.tag_id,
    }


def lanes(scope: Scope, *, after: str) -> str:
    """The ids and moments of a page, as SQL: the union of the scope's lanes, `%(size)s` rows of each at most.

    `after` is the condition that continues below a row, or "".
    """
    rest = "".join(f" AND {part}" for part in _residual(scope.filters)) + after
    if scope.sees_all:
        return _lane("unnest(%(states)s::text[]) AS lane(state)", f"file.state = lane.state{rest}")
    found = []
    if scope.owned and scope.people is None:
        found.append(
            _lane("unnest(%(states)s::text[]) AS lane(state)", f"file.state = lane.state AND file.assignee_id IS NOT NULL{rest}")
        )
    elif scope.owned and len(scope.people or ()) > MOST_PEOPLE:
        wide = f"file.state = lane.state AND file.assignee_id = ANY(%(people)s){rest}"
        found.append(_lane("unnest(%(states)s::text[]) AS lane(state)", wide))
    elif scope.owned and scope.people:
        source = "unnest(%(people)s::bigint[]) AS person(id), unnest(%(states)s::text[]) AS lane(state)"
        found.append(_lane(source, f"file.assignee_id = person.id AND file.state = lane.state{rest}"))
    if scope.unowned and scope.queues:
        source = "unnest(%(queues)s::bigint[]) AS line(id), unnest(%(states)s::text[]) AS lane(state)"
        found.append(
            _lane(source, f"file.queue_id = line.id AND file.assignee_id IS NULL AND file.state = lane.state{rest}")
        )
    return " UNION ALL ".join(found) or "SELECT id, active_at FROM desk_case WHERE false"


def _lane(source: str, where: str) -> str:
    return f"""(SELECT row.id, row.active_at FROM {source}, LATERAL (
        SELECT file.id, file.active_at FROM desk_case file WHERE {where}
        ORDER BY file.active_at DESC, file.id DESC LIMIT %(size)s) AS row)"""


def _residual(filters: Filters) -> list[str]:
    """Filters that are no lanes; the planner takes the index that fits the rarest."""
    found = []
    if filters.queue_id is not None:
        found.append("file.queue_id = %(queue)s")
    if filters.type_id is not None:
        found.append("file.type_id = %(type)s")
    if filters.priority is not None:
        found.append("file.priority = %(priority)s")
    if filters.channel is not None:
        found.append("file.channel = %(channel)s")
    if filters.tag_id is not None:
        found.append("EXISTS (SELECT 1 FROM desk_case_tags mark WHERE mark.case_id = file.id AND mark.tag_id = %(tag)s)")
    return found
