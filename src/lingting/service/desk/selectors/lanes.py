"""How an inbox page is read at any size and depth: as the merge of a few index walks.

A *lane* is a stretch of one index that is already in the inbox's order: the cases of one owner in one state,
the unowned cases of one queue in one state, or all cases in one state. A page is the newest rows over all lanes
of a view, each asked for at most one page: its cost does not depend on how many cases there are or how deep
one has scrolled. Rare tags start from the tag instead (`selectors.inbox`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from lingting.service.desk.models import CaseState
from lingting.service.desk.selectors.filters import NOBODY, Filters
from lingting.service.desk.selectors.sight import Sight

WORKING = (CaseState.OPEN.value, CaseState.WAITING.value, CaseState.SNOOZED.value)
EVERY = (*WORKING, CaseState.CLOSED.value)
MOST_PEOPLE = 200
FEW_PEOPLE = 3


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


class Place(Protocol):
    """Where somebody stands at the desk; `team` and `all_queues` are asked for only when a view needs them."""

    @property
    def sight(self) -> Sight: ...
    @property
    def team(self) -> tuple[int, ...]: ...
    @property
    def all_queues(self) -> tuple[int, ...]: ...


_OPEN = (CaseState.OPEN.value,)
_STATES = {
    "mine": _OPEN,
    "unassigned": _OPEN,
    "team": _OPEN,
    "overdue": _OPEN,
    "waiting": (CaseState.WAITING.value,),
    "snoozed": (CaseState.SNOOZED.value,),
    "closed": (CaseState.CLOSED.value,),
}


def scope_of(view: str, *, desk: Place, filters: Filters) -> Scope:
    """The scope of a built-in view for somebody who sees that far."""
    sight = desk.sight
    people = None if sight.sees_all else sight.people
    made = Scope(states=_STATES.get(view, EVERY), people=people, queues=sight.queues, filters=filters)
    if view == "mine":
        made = replace(made, people=(sight.account_id,), unowned=False)
    elif view == "unassigned":
        made = replace(made, owned=False)
    elif view == "team":
        made = replace(made, people=_within(desk.team, people), unowned=False)
    elif view == "overdue":
        made = replace(made, is_overdue=True)
    made = _narrowed(made, filters)
    if sight.sees_all and made.unowned and not made.sees_all:
        queues = desk.all_queues if filters.queue_id is None else (filters.queue_id,)
        made = replace(made, queues=queues)
    return made


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
    if filters.queue_id is not None and scope.people is not None:
        scope = replace(scope, queues=tuple(queue for queue in scope.queues if queue == filters.queue_id))
    return scope


def conditions(scope: Scope, *, now: datetime) -> tuple[list[str], dict[str, Any]]:
    """The scope as SQL conditions over `desk_case file` of which exactly one holds for each of its cases.

    Two where owned and unowned cases are both meant but not all of them: each is answered by its own index.
    """
    shared = _shared(scope)
    if scope.sees_all:
        found = [" AND ".join(shared)]
    else:
        found = []
        if scope.owned:
            owner = "file.assignee_id IS NOT NULL" if scope.people is None else "file.assignee_id = ANY(%(people)s)"
            found.append(" AND ".join([*shared, owner]))
        if scope.unowned:
            found.append(" AND ".join([*shared, "file.assignee_id IS NULL AND file.queue_id = ANY(%(queues)s)"]))
    return found or ["false"], parameters(scope, now=now)


def condition(scope: Scope, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The same as one condition, for asking after single rows."""
    found, given = conditions(scope, now=now)
    return f"(({') OR ('.join(found)}))", given


def _shared(scope: Scope) -> list[str]:
    if scope.is_overdue:
        is_open = "true" if CaseState.OPEN in scope.states else "false"
        return [is_open, "file.state = 'open' AND file.due_at < %(now)s", *_residual(scope.filters)]
    return ["file.state = ANY(%(states)s)", *_residual(scope.filters)]


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


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: a column and its direction; the id decides between equals, the same way."""

    column: str = "active_at"
    is_descending: bool = True

    @property
    def sql(self) -> str:
        way = " DESC" if self.is_descending else ""
        return f"%s.{self.column}{way}, %s.id{way}"

    def of(self, table: str) -> str:
        return self.sql % (table, table)

    @property
    def below(self) -> str:
        """The condition that continues after a row."""
        sign = "<" if self.is_descending else ">"
        return f"(file.{self.column}, file.id) {sign} (%(bound_at)s, %(bound_id)s)"


def order_of(scope: Scope) -> Order:
    """Newest activity first; where answers are late, the one that is late longest."""
    return Order("due_at", is_descending=False) if scope.is_overdue else Order()


def lanes(scope: Scope, *, after: bool) -> str:
    """The ids and moments of a page, as SQL: the union of the scope's lanes, `%(size)s` rows of each at most.

    `after` continues below a row (`%(bound_at)s`, `%(bound_id)s`).
    """
    order = order_of(scope)
    if scope.is_overdue:
        states, stands = "(VALUES (1)) AS lane(one)", "file.state = 'open' AND file.due_at < %(now)s"
        if CaseState.OPEN not in scope.states:
            return f"SELECT id, {order.column} FROM desk_case WHERE false"
    else:
        states, stands = "unnest(%(states)s::text[]) AS lane(state)", "file.state = lane.state"
    rest = " AND ".join([stands, *_residual(scope.filters), *([order.below] if after else [])])
    found = [_lane(source.format(states=states), f"{lane}{rest}", order=order) for source, lane in _sources(scope)]
    return " UNION ALL ".join(found) or f"SELECT id, {order.column} FROM desk_case WHERE false"


def _sources(scope: Scope) -> list[tuple[str, str]]:
    """What each lane runs over, with the condition that makes it one stretch of an index.

    Many people under a filter are met sooner on the filter's own index than on each person's.
    """
    if scope.sees_all:
        return [("{states}", "")]
    found = []
    people = len(scope.people or ())
    is_wide = people > MOST_PEOPLE or (people > FEW_PEOPLE and scope.filters.has_index)
    if scope.owned and scope.people is None:
        found.append(("{states}", "file.assignee_id IS NOT NULL AND "))
    elif scope.owned and is_wide:
        found.append(("{states}", "file.assignee_id = ANY(%(people)s) AND "))
    elif scope.owned and people:
        found.append(("unnest(%(people)s::bigint[]) AS person(id), {states}", "file.assignee_id = person.id AND "))
    if scope.unowned and scope.queues:
        source = "unnest(%(queues)s::bigint[]) AS line(id), {states}"
        found.append((source, "file.queue_id = line.id AND file.assignee_id IS NULL AND "))
    return found


def _lane(source: str, where: str, *, order: Order) -> str:
    return f"""(SELECT row.id, row.{order.column} FROM {source}, LATERAL (
        SELECT file.id, file.{order.column} FROM desk_case file WHERE {where}
        ORDER BY {order.of("file")} LIMIT %(size)s) AS row)"""


# `IS TRUE` keeps the planner from joining: the cases of the tag are hashed once and every row met on the way is looked up
# there. For a tag on very many cases the few rows that are met are looked up one by one instead.
_TAGGED = "(file.id IN (SELECT mark.case_id FROM desk_case_tags mark WHERE mark.tag_id = %(tag)s)) IS TRUE"
_TAGGED_OFTEN = "EXISTS (SELECT 1 FROM desk_case_tags mark WHERE mark.case_id = file.id AND mark.tag_id = %(tag)s)"


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
        found.append(_TAGGED_OFTEN if filters.is_tag_common else _TAGGED)
    return found
