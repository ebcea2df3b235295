"""The lists of the inbox: pages by keyset, single rows for live updates, counts that stay cheap."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.accounts.models import Account, Reach
from lingting.kernel.organisation.selectors import account_ids_within
from lingting.platform.database.binding import bound_cursor
from lingting.platform.refusals import NotFound, NotPermitted
from lingting.service.desk.models import Mention, SavedView
from lingting.service.desk.selectors.filters import Filters, filters_of
from lingting.service.desk.selectors.lanes import Scope, condition, conditions, lanes, order_of, parameters, scope_of
from lingting.service.desk.selectors.sight import Sight, sight_of

PAGE_SIZE = 25
MOST_COUNTED = 999
MOST_MENTIONED = 500
MOST_COUNTS_KEPT = 2_000
RARE_TAG = 1_000
TAG_COUNTED_SECONDS = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """A list of the inbox: key in the address, name, icon, key after G, whether its count is shown."""

    key: str
    label: str | Promise
    icon: str
    shortcut: str = ""
    is_counted: bool = True


VIEWS: tuple[View, ...] = (
    View("mine", pgettext_lazy("inbox", "Mine"), "user", "m"),
    View("unassigned", _("Unassigned"), "inbox", "u"),
    View("team", pgettext_lazy("inbox", "Team"), "users", "t"),
    View("mentions", _("Mentions"), "at", "n"),
    View("waiting", _("Waiting for customer"), "hourglass", "w"),
    View("snoozed", _("Snoozed"), "clock-pause", "z"),
    View("overdue", _("Overdue"), "alarm", "o"),
    View("orders", _("My work orders"), "clipboard-list", "d"),
    View("closed", pgettext_lazy("inbox", "Closed"), "circle-check", "c", is_counted=False),
    View("all", pgettext_lazy("inbox", "All"), "stack-2", "a", is_counted=False),
)
VIEW_KEYS = tuple(view.key for view in VIEWS)


@dataclass(frozen=True)
class Desk:
    """A person at the desk: what they see and with whom they work. Read once per request, each part when it is asked for."""

    account: Account
    sight: Sight

    @cached_property
    def team(self) -> tuple[int, ...]:
        """The accounts of the person's team, themselves included; none for an application."""
        if not self.sight.sees_all:
            return self.sight.people
        return tuple(account_ids_within(self.account, Reach.TEAM) or ()) if self.account.pk else ()

    @property
    def shows_team(self) -> bool:
        return len(self.team) > 1 and (self.sight.sees_all or len(self.sight.people) > 1)


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Rows as dicts, and the cursor to what comes after (None: nothing)."""

    rows: list[dict[str, Any]]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A view with its filters for a person: what every question below is asked about."""

    desk: Desk
    view: str
    filters: Filters = field(default_factory=Filters)
    saved: SavedView | None = None
    with_orders: bool = False

    @property
    def scope(self) -> Scope:
        scope = scope_of(self.view, desk=self.desk, filters=self.filters)
        return replace(scope, with_orders=True) if self.with_orders else scope


def desk_of(account: Account) -> Desk:
    """The person's place at the desk. Raises `NotPermitted` for somebody who may see no cases."""
    sight = sight_of(account)
    if sight is None:
        raise NotPermitted(_("You do not work at the desk. Ask an administrator if you should."))
    return Desk(account, sight)


def whole_desk(label: str) -> Desk:
    """The sight of an application that may read every case; it has no cases, team or mentions of its own."""
    return Desk(Account(pk=0, display_name=label), Sight(0, sees_all=True))


def listing_of(desk: Desk, view: str, *, query: Mapping[str, Any]) -> Listing:
    """A built-in view, or a saved one (`saved-12`), with the filters of an address. Raises `NotFound`."""
    filters = filters_of(query)
    if view in VIEW_KEYS:
        return Listing(desk, view, filters)
    saved = next((each for each in saved_views(desk) if f"saved-{each.pk}" == view), None)
    if saved is None:
        raise NotFound(_("This view does not exist any more. Choose another one."))
    kept = {key: value for key, value in saved.filters.items() if key != "view"}
    base_view = saved.filters.get("view", "all")
    merged = filters_of({**kept, **filters.as_query()})
    return Listing(desk, base_view if base_view in VIEW_KEYS else "all", merged, saved)


_SAVED_FIELDS = ("id", "name", "owner_id", "team_id", "is_for_all", "filters", "order")
_SAVED = """
    SELECT id, name, owner_id, team_id, is_for_all, filters, "order" FROM desk_savedview
    WHERE owner_id = %(account)s::bigint OR is_for_all
       OR team_id = (SELECT team_id FROM organisation_employee WHERE account_id = %(account)s::bigint)
    ORDER BY "order", id LIMIT 50"""


def saved_views(desk: Desk) -> list[SavedView]:
    """One's own views, those shared with one's team, and those for everyone."""
    with bound_cursor(connection, is_binary=True) as cursor:
        cursor.execute(_SAVED, {"account": desk.account.pk})
        return [SavedView.from_db(connection.alias, _SAVED_FIELDS, row) for row in cursor.fetchall()]


_COLUMNS = """
    file.id, file.subject, file.state, file.priority, file.preview, file.preview_kind, file.channel,
    file.active_at, file.opened_at, file.waiting_since_at, file.due_at, file.snoozed_until_at, file.closed_at,
    file.unread_count, file.assignee_id, owner.display_name AS assignee_name, file.queue_id,
    line.name_zh AS queue_zh, line.name_en AS queue_en, file.type_id, file.customer_id, person.name AS customer_name,
    tier.key AS tier_key, tier.name_zh AS tier_zh, tier.name_en AS tier_en, tier.priority AS tier_raises
"""
_NAMES = [column.rpartition(" ")[2].rpartition(".")[2] for column in _COLUMNS.strip().replace("\n", "").split(",")]

_JOINS = """
    JOIN crm_customer person ON person.id = file.customer_id
    JOIN desk_queue line ON line.id = file.queue_id
    LEFT JOIN crm_tier tier ON tier.id = person.tier_id
    LEFT JOIN accounts_account owner ON owner.id = file.assignee_id
"""


def inbox_page(listing: Listing, *, after: str = "", now: datetime, size: int = PAGE_SIZE) -> InboxPage:
    """A page of a list, newest activity first (overdue: longest overdue first); one query for the rows."""
    if listing.view == "mentions":
        return _page_of_ids(listing, _mentioned_ids(listing.desk), after=after, now=now, size=size)
    scope = listing.scope
    if scope.filters.tag_id is not None:
        scope = replace(scope, has_rare_tag=_is_rare(scope.filters.tag_id))
    bound, order = _read_cursor(after), order_of(scope)
    sql = f"""
        WITH page AS (
            SELECT lane.id, lane.{order.column} FROM ({lanes(scope, after=bound is not None, size=size + 1)}) AS lane
            ORDER BY {order.of("lane")} LIMIT {size + 1:d}
        )
        SELECT {_COLUMNS} FROM page JOIN desk_case file ON file.id = page.id {_JOINS}
        ORDER BY {order.of("page")}"""
    rows = _rows(sql, {**parameters(scope, now=now), **_bounds(bound)})
    return _page(rows, size=size, column=order.column)


def rows_among(listing: Listing, case_ids: Sequence[int], *, now: datetime) -> list[dict[str, Any]]:
    """Those of the cases that stand in the list now, as rows; for updating it in place."""
    if listing.view == "mentions":
        ids = set(case_ids) & set(_mentioned_ids(listing.desk))
        return _page_of_ids(listing, sorted(ids), after="", now=now, size=len(ids) or 1).rows
    where, given = condition(listing.scope, now=now)
    sql = f"""SELECT {_COLUMNS} FROM desk_case file {_JOINS}
        WHERE file.id = ANY(%(ids)s::bigint[]) AND {where} ORDER BY file.active_at DESC, file.id DESC"""
    return _rows(sql, {**given, "ids": list(case_ids)})


def matching_ids(listing: Listing, *, now: datetime, most: int, above: int = 0) -> list[int]:
    """The ids of a whole list in their order, for acts on all of it: at most so many, above a given one."""
    if listing.view == "mentions":
        return [case_id for case_id in _mentioned_ids(listing.desk) if case_id > above][:most]
    where, given = condition(listing.scope, now=now)
    sql = f"SELECT file.id FROM desk_case file WHERE {where} AND file.id > %(above)s ORDER BY file.id LIMIT %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, {**given, "most": most, "above": above})
        return [row[0] for row in cursor.fetchall()]


_UNSEEN_MENTIONS = """
    SELECT DISTINCT said.case_id FROM desk_mention named JOIN desk_message said ON said.id = named.message_id
    WHERE named.account_id = %(account)s::bigint AND named.seen_at IS NULL"""


def recent_counts(desk: Desk, *, now: datetime) -> dict[str, int]:
    """The counts as they were at most `DESK_COUNTS_SECONDS` ago; what changed since comes to the screen by itself."""
    key, seconds = (desk.account.pk, desk.sight), settings.DESK_COUNTS_SECONDS
    counted_at, found = _counted.get(key, (None, {}))
    if counted_at is not None and timedelta() <= now - counted_at < timedelta(seconds=seconds):
        return found
    found = counts(desk, now=now)
    if len(_counted) >= MOST_COUNTS_KEPT:
        _counted.clear()
    _counted[key] = (now, found)
    return found


_counted: dict[tuple[int, Sight], tuple[datetime, dict[str, int]]] = {}


def counts(desk: Desk, *, now: datetime) -> dict[str, int]:
    """How many cases stand in each counted view, in one query; 1,000 means "more than 999"."""
    asked: dict[str, str] = {}
    given: dict[str, Any] = {"now": now, "account": desk.account.pk}
    for view in VIEWS:
        if not view.is_counted or (view.key == "team" and not desk.shows_team):
            continue
        if view.key == "mentions":
            asked[view.key] = _bounded(_UNSEEN_MENTIONS, most=MOST_COUNTED + 1)
            continue
        parts, values = conditions(Listing(desk, view.key).scope, now=now)
        sql = " + ".join(_bounded(f"SELECT 1 FROM desk_case file WHERE {part}", most=MOST_COUNTED + 1) for part in parts)
        for name in ("states", "people", "queues", "channel"):
            sql = sql.replace(f"%({name})s", f"%({view.key}_{name})s")
            given[f"{view.key}_{name}"] = values[name]
        asked[view.key] = sql
    with bound_cursor(connection) as cursor:
        cursor.execute(f"SELECT {', '.join(asked.values())}", given)
        found = cursor.fetchone()
    return {key: min(count, MOST_COUNTED + 1) for key, count in zip(asked, found, strict=True)}


def count_of(listing: Listing, *, now: datetime, most: int) -> int:
    """How many cases a list holds, counted up to `most`."""
    if listing.view == "mentions":
        return min(len(_mentioned_ids(listing.desk)), most)
    parts, given = conditions(listing.scope, now=now)
    sql = " + ".join(_bounded(f"SELECT 1 FROM desk_case file WHERE {part}", most=most) for part in parts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", given)
        return min(int(cursor.fetchone()[0]), most)


def _bounded(sql: str, *, most: int) -> str:
    return f"(SELECT count(*) FROM ({sql} LIMIT {most:d}) AS found)"


def _page_of_ids(listing: Listing, ids: Sequence[int], *, after: str, now: datetime, size: int) -> InboxPage:
    """A page among known cases, few enough to sort. Mentions show cases beyond one's own sight."""
    where, given = ("true", {}) if listing.view == "mentions" else condition(listing.scope, now=now)
    bound, order = _read_cursor(after), order_of(listing.scope)
    below = f" AND {order.below}" if bound else ""
    sql = f"""SELECT {_COLUMNS} FROM (
            SELECT * FROM desk_case file WHERE file.id = ANY(%(ids)s::bigint[]) AND {where}{below}
            ORDER BY {order.of("file")} LIMIT {size + 1:d}
        ) AS file {_JOINS} ORDER BY {order.of("file")}"""
    rows = _rows(sql, {**given, **_bounds(bound), "ids": list(ids)})
    return _page(rows, size=size, column=order.column)


def _mentioned_ids(desk: Desk) -> list[int]:
    latest = Mention.objects.filter(account=desk.account).order_by("-id").values_list("message__case_id", flat=True)
    return sorted(set(latest[:MOST_MENTIONED]))


def _is_rare(tag_id: int) -> bool:
    """Whether a tag stands on few cases; asked once a minute. Decides how a list is read, never what is in it."""
    counted_at, is_rare = _rare_tags.get(tag_id, (-TAG_COUNTED_SECONDS, False))
    if monotonic() - counted_at >= TAG_COUNTED_SECONDS:
        sql = _bounded("SELECT 1 FROM desk_case_tags WHERE tag_id = %(tag)s", most=RARE_TAG + 1)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {sql}", {"tag": tag_id})
            is_rare = int(cursor.fetchone()[0]) <= RARE_TAG
        _rare_tags[tag_id] = (monotonic(), is_rare)
    return is_rare


_rare_tags: dict[int, tuple[float, bool]] = {}


def _rows(sql: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    with bound_cursor(connection, is_binary=True) as cursor:
        cursor.execute(sql, given)
        return [dict(zip(_NAMES, row, strict=True)) for row in cursor.fetchall()]


def _page(rows: list[dict[str, Any]], *, size: int, column: str) -> InboxPage:
    if len(rows) <= size:
        return InboxPage(rows)
    last = rows[size - 1]
    return InboxPage(rows[:size], _cursor(last[column], last["id"]))


def _cursor(moment: datetime, case_id: int) -> str:
    micros = (moment - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}.{case_id}".encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    try:
        micros, _dot, case_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(".")
        return _EPOCH + timedelta(microseconds=int(micros)), int(case_id)
    except (ValueError, OverflowError, binascii.Error):
        return None


def _bounds(bound: tuple[datetime, int] | None) -> dict[str, Any]:
    return {"bound_at": bound[0], "bound_id": bound[1]} if bound else {}
