"""How an inbox page is read at any size and depth: as the merge of a few index walks.

A *lane* is a stretch of one index that is already in the inbox's order: the cases of one owner in one state,
the unowned cases of one queue in one state, or all cases in one state. A page is the newest rows over all lanes
of a view, each asked for at most one page: its cost does not depend on how many cases there are or how deep
one has scrolled. A rare tag starts from its cases instead (`selectors.inbox`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from lingting.service.desk.models import CaseState
from lingting.service.desk.selectors.channels import ORDER
from lingting.service.desk.selectors.filters import NOBODY, Filters
from lingting.service.desk.selectors.sight import Sight

WORKING = (CaseState.OPEN.value, CaseState.WAITING.value, CaseState.SNOOZED.value)
EVERY = (*WORKING, CaseState.CLOSED.value)
MOST_PEOPLE = 200
FEW_PEOPLE = 3


@dataclass(frozen=True, slots=True)
class Scope:
    """What a view lists, before paging: `people` None means whoever owns it, `queues` the unowned ones of those (None: of all).

    Work orders are left out of every list but their own, unless `with_orders`.
    `owned` True takes owned cases, `unowned` those without owner. `has_rare_tag` says how the tag is looked for, never what
    is found: the few cases that carry it are looked up; any other tag is met soon enough on the way.
    """

    states: tuple[str, ...]
    people: tuple[int, ...] | None
    queues: tuple[int, ...] | None
    owned: bool = True
    unowned: bool = True
    is_overdue: bool = False
    with_orders: bool = False
    has_rare_tag: bool = False
    filters: Filters = field(default_factory=Filters)

    @property
    def sees_all(self) -> bool:
        return self.people is None and self.owned and self.unowned


class Place(Protocol):
    """Where somebody stands at the desk; `team` is asked for only when a view needs it."""

    @property
    def sight(self) -> Sight: ...
    @property
    def team(self) -> tuple[int, ...]: ...


_OPEN = (CaseState.OPEN.value,)
_STATES = {
    "mine": _OPEN,
    "unassigned": _OPEN,
    "team": _OPEN,
    "overdue": _OPEN,
    "orders": WORKING,
    "waiting": (CaseState.WAITING.value,),
    "snoozed": (CaseState.SNOOZED.value,),
    "closed": (CaseState.CLOSED.value,),
}


def scope_of(view: str, *, desk: Place, filters: Filters) -> Scope:
    """The scope of a built-in view for somebody who sees that far."""
    sight = desk.sight
    people = None if sight.sees_all else sight.people
    queues = None if sight.sees_all else sight.queues
    made = Scope(states=_STATES.get(view, EVERY), people=people, queues=queues, filters=filters)
    if view == "mine":
        made = replace(made, people=(sight.account_id,), unowned=False)
    elif view == "unassigned":
        made = replace(made, owned=False)
    elif view == "team":
        made = replace(made, people=_within(desk.team, people), unowned=False)
    elif view == "overdue":
        made = replace(made, is_overdue=True)
    elif view == "orders":
        filters = replace(filters, channel=ORDER)
        made = replace(made, people=(sight.account_id,), unowned=False, filters=filters)
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
    if filters.queue_id is not None:
        queues = (filters.queue_id,) if scope.queues is None else scope.queues
        scope = replace(scope, queues=tuple(queue for queue in queues if queue == filters.queue_id))
    return scope


def conditions(scope: Scope, *, now: datetime) -> tuple[list[str], dict[str, Any]]:
    """The scope as SQL conditions over `desk_case file` of which exactly one holds for each of its cases.

    Two where owned and unowned cases are both meant but not all of them: each is answered by its own index.
    """
    return _conditions(scope), parameters(scope, now=now)


def _conditions(scope: Scope) -> list[str]:
    shared = _shared(scope)
    if scope.sees_all:
        found = [" AND ".join(shared)]
    else:
        found = []
        if scope.owned:
            owner = "file.assignee_id IS NOT NULL" if scope.people is None else _THEIRS
            found.append(" AND ".join([*shared, owner]))
        if scope.unowned:
            found.append(" AND ".join([*shared, f"file.assignee_id IS NULL AND file.queue_id = ANY({_queues(scope)})"]))
    return found or ["false"]


def condition(scope: Scope, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The same as one condition, for asking after single rows."""
    return _standing(scope), parameters(scope, now=now)


def _standing(scope: Scope) -> str:
    return f"(({') OR ('.join(_conditions(scope))}))"


def _shared(scope: Scope) -> list[str]:
    if scope.is_overdue:
        is_open = "true" if CaseState.OPEN in scope.states else "false"
        return [is_open, _LATE, *_residual(scope)]
    return ["file.state = ANY(%(states)s::text[])", *_residual(scope)]


def parameters(scope: Scope, *, now: datetime) -> dict[str, Any]:
    chosen = scope.filters
    return {
        "states": list(scope.states),
        "people": list(scope.people or ()),
        "queues": list(scope.queues or ()),
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
        return f"(file.{self.column}, file.id) {sign} (%(bound_at)s::timestamptz, %(bound_id)s::bigint)"


def order_of(scope: Scope) -> Order:
    """Newest activity first; where answers are late, the one that is late longest."""
    return Order("due_at", is_descending=False) if scope.is_overdue else Order()


def is_wide(scope: Scope) -> bool:
    """Whether cases of many people are looked for among everybody's, because the filter makes them rare with each of them."""
    people = len(scope.people or ())
    return people > MOST_PEOPLE or (people > FEW_PEOPLE and (scope.filters.has_index or scope.filters.tag_id is not None))


def lanes(scope: Scope, *, after: bool, size: int) -> str:
    """The ids and moments of a page, as SQL: the union of the scope's lanes, so many rows of each at most.

    `after` continues below a row (`%(bound_at)s`, `%(bound_id)s`). The number of rows is written out, so that a plan made
    for any values knows how little is wanted.
    """
    order = order_of(scope)
    below = [order.below] if after else []
    if scope.has_rare_tag:
        return _lane_of_tag(scope, below, order=order)
    if scope.is_overdue:
        states, stands = "(VALUES (1)) AS lane(one)", _LATE
        if CaseState.OPEN not in scope.states:
            return f"SELECT id, {order.column} FROM desk_case WHERE false"
    else:
        states, stands = "unnest(%(states)s::text[]) AS lane(state)", "file.state = lane.state"
    rest = [*_residual(scope), *below]
    found: list[str] = []
    for source, lane in _sources(scope):
        if source == _EVERYONE and not scope.is_overdue:
            found += [_branch(place, f"{lane}{' AND '.join(rest)}", order=order, size=size) for place in _places(scope)]
        else:
            found.append(_lane(source.format(states=states), f"{lane}{' AND '.join([stands, *rest])}", order=order, size=size))
    return " UNION ALL ".join(found) or f"SELECT id, {order.column} FROM desk_case WHERE false"


def _lane_of_tag(scope: Scope, below: list[str], *, order: Order) -> str:
    """The cases of a tag looked up by their ids: an array, which no join can turn into a walk over all cases."""
    stands = " AND ".join([_standing(scope), *below])
    return f"""SELECT file.id, file.{order.column} FROM desk_case file WHERE {stands} AND file.id = ANY(ARRAY(
        SELECT mark.case_id FROM desk_case_tags mark WHERE mark.tag_id = %(tag)s::bigint))"""


def _sources(scope: Scope) -> list[tuple[str, str]]:
    """What each lane runs over, with the condition that makes it one stretch of an index.

    Many people under a filter are met sooner on the filter's own index (a tag: on that of all cases) than on each person's.
    """
    if scope.sees_all:
        return [(_EVERYONE, "")]
    found = []
    if scope.owned and scope.people is None:
        found.append((_EVERYONE, "file.assignee_id IS NOT NULL AND "))
    elif scope.owned and is_wide(scope):
        found.append((_EVERYONE, f"{_THEIRS} AND "))
    elif scope.owned and scope.people:
        found.append(("unnest(%(people)s::bigint[]) AS person(id), {states}", "file.assignee_id = person.id AND "))
    if scope.unowned and scope.queues != ():
        source = f"unnest({_queues(scope)}) AS line(id), {_EVERYONE}"
        found.append((source, "file.queue_id = line.id AND file.assignee_id IS NULL AND "))
    return found


def _branch(place: int, where: str, *, order: Order, size: int) -> str:
    """The cases of one state, written out: PostgreSQL merges such branches, and goes no further in any than the page needs.

    The state is named by its place among the scope's, so that views of as many states share a statement and its plan.
    """
    return f"""(SELECT file.id, file.{order.column} FROM desk_case file WHERE file.state = (%(states)s::text[])[{place:d}] AND {where}
        ORDER BY {order.of("file")} LIMIT {size:d})"""


def _places(scope: Scope) -> range:
    return range(1, len(scope.states) + 1)


def _lane(source: str, where: str, *, order: Order, size: int) -> str:
    return f"""(SELECT row.id, row.{order.column} FROM {source}, LATERAL (
        SELECT file.id, file.{order.column} FROM desk_case file WHERE {where}
        ORDER BY {order.of("file")} LIMIT {size:d}) AS row)"""


def _queues(scope: Scope) -> str:
    return "ARRAY(SELECT id FROM desk_queue)" if scope.queues is None else "%(queues)s::bigint[]"


_EVERYONE = "{states}"
_THEIRS = "file.assignee_id = ANY(%(people)s::bigint[])"
_LATE = "file.state = 'open' AND file.due_at < %(now)s::timestamptz"


def _residual(scope: Scope) -> list[str]:
    """Filters that are no lanes; the planner takes the index that fits the rarest."""
    filters, found = scope.filters, ["true"]
    if filters.queue_id is not None:
        found.append("file.queue_id = %(queue)s::bigint")
    if filters.type_id is not None:
        found.append("file.type_id = %(type)s::bigint")
    if filters.priority is not None:
        found.append("file.priority = %(priority)s::smallint")
    if filters.channel is not None:
        found.append("file.channel = %(channel)s::text")
    elif not scope.with_orders:
        found.append(f"file.channel <> '{ORDER}'")
    if filters.tag_id is not None:
        found.append("%(tag)s::bigint = ANY(file.tag_ids)")
    return found
