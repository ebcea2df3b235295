"""Reads of complaints, scoped to the asking person; hot spots and the effect of measures over the whole centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.organisation.models import Team
from lingting.kernel.procedures.selectors import runs_of
from lingting.platform.refusals import NotFound
from lingting.science.hotspots import Comparison, Spot, compare_rates, count_cells, find_hotspots
from lingting.service.complaints.models import (
    Category,
    Compensation,
    CompensationState,
    Complaint,
    FollowUp,
    Measure,
    Stage,
)
from lingting.service.complaints.services import earlier_complaints, limit_of, missing_for_closing, total_of
from lingting.service.desk.models import Case
from lingting.service.desk.selectors import access_case_to, sight_of

VIEW, HANDLE, APPROVE = "complaints.view_complaints", "complaints.handle_complaints", "complaints.approve_compensation"
PROMISED = timedelta(hours=48)
WEEKS = 13
DIMENSIONS = ("category", "product", "region", "team")


def call_address(follow_up_id: int) -> str:
    """Where a follow-up call is made: the case."""
    case_id = FollowUp.objects.filter(pk=follow_up_id).values_list("complaint__case_id", flat=True).first()
    return f"/desk/cases/{case_id}/" if case_id else ""


def visible_complaints(account: Account) -> QuerySet[Complaint]:
    """The complaints within a person's reach: of their people, and the unowned ones of their queues."""
    sight = sight_of(account, permission=VIEW)
    if sight is None:
        return Complaint.objects.none()
    rows = Complaint.objects.filter(case__merged_into=None)
    if not sight.sees_all:
        rows = rows.filter(
            Q(case__assignee_id__in=sight.people) | Q(case__assignee=None, case__queue_id__in=sight.queues)
        )
    return rows.select_related("case__customer", "case__assignee", "case__queue", "category")


def filtered(rows: QuerySet[Complaint], given: Mapping[str, str], *, now: datetime) -> QuerySet[Complaint]:
    """Stage ("open": all but closed), severity, category (with those below), flag (overdue, repeat, public, regulator), words."""
    stage, flag = given.get("stage", ""), given.get("flag", "")
    if stage in Stage.values:
        rows = rows.filter(stage=stage)
    elif stage != "all":
        rows = rows.exclude(stage=Stage.CLOSED)
    if given.get("severity", "").isdigit():
        rows = rows.filter(severity=int(given["severity"][:2]))
    if given.get("category", "").isdigit():
        chosen = int(given["category"][:9])
        rows = rows.filter(Q(category_id=chosen) | Q(category__parent_id=chosen) | Q(category__parent__parent_id=chosen))
    if flag == "overdue":
        rows = rows.exclude(stage=Stage.CLOSED).filter(filed_at__lt=now - PROMISED)
    elif flag == "repeat":
        rows = rows.filter(repeat_of__isnull=False)
    elif flag in ("public", "regulator"):
        rows = rows.filter(**{f"is_{flag}": True})
    words = given.get("q", "").strip()[:100]
    if words:
        number = int(words.lstrip("#")) if words.lstrip("#").isdigit() and len(words) < 12 else 0
        named = Q(case__subject__icontains=words) | Q(case__customer__name__icontains=words) | Q(product__icontains=words)
        rows = rows.filter(named | Q(case_id=number))
    return rows


def access_complaint(account: Account, complaint_id: int, *, permission: str = HANDLE) -> Complaint:
    """The complaint, if the person sees its case and may do this to it. Raises `NotFound`, `CaseNotFound`, `NotPermitted`."""
    found = Complaint.objects.select_related("case__customer", "category", "case__assignee").filter(pk=complaint_id).first()
    if found is None:
        raise NotFound(_("This complaint does not exist any more."))
    access_case_to(account, found.case_id, permission=permission)
    return found


def access_compensation(account: Account, compensation_id: int, *, permission: str) -> Compensation:
    """A compensation of a complaint the person may do this to. Raises as `access_complaint`."""
    found = Compensation.objects.select_related("complaint", "item", "proposed_by").filter(pk=compensation_id).first()
    if found is None:
        raise NotFound(_("This compensation does not exist any more."))
    access_case_to(account, found.complaint.case_id, permission=permission)
    return found


def access_call(account: Account, follow_up_id: int) -> FollowUp:
    """A follow-up call of a complaint the person handles. Raises as `access_complaint`."""
    found = FollowUp.objects.select_related("complaint__case__customer").filter(pk=follow_up_id).first()
    if found is None:
        raise NotFound(_("This call does not exist any more."))
    access_case_to(account, found.complaint.case_id, permission=HANDLE)
    return found


@dataclass(frozen=True, slots=True)
class Handled:
    """A complaint with everything its section shows."""

    complaint: Complaint
    earlier: list[Complaint]
    compensations: list[Compensation]
    calls: list[FollowUp]
    total: Decimal
    missing: list[str]
    limit: Decimal
    due_at: datetime
    is_overdue: bool
    has_run: bool


def handled(case: Case, *, account: Account, now: datetime) -> Handled | None:
    """The complaint of a case as its section shows it; None for a case that is none."""
    rows = Complaint.objects.select_related("category__parent", "cause", "department", "team", "person", "case__customer", "answered_by")
    found = rows.filter(case_id=case.pk).first()
    if found is None:
        return None
    given = found.compensations.select_related("item", "proposed_by", "decided_by", "granted_by").order_by("pk")
    due = found.filed_at + PROMISED
    return Handled(
        complaint=found, earlier=list(earlier_complaints(found)[:5]), compensations=list(given), calls=list(found.follow_ups.all()),
        total=total_of(found), missing=missing_for_closing(found), limit=limit_of(account), due_at=due,
        is_overdue=(found.closed_at or now) > due, has_run=bool(runs_of("desk.case", case.pk)),
    )  # fmt: skip


def waiting_for_approval(account: Account) -> list[Compensation]:
    """Proposals a person may decide: within their reach and limit, not their own; oldest first."""
    sight = sight_of(account, permission=APPROVE)
    if sight is None:
        return []
    rows = Compensation.objects.select_related("complaint__case__customer", "item", "proposed_by").filter(
        state=CompensationState.PROPOSED
    )
    if not sight.sees_all:
        case = "complaint__case__"
        mine = Q(**{f"{case}assignee_id__in": sight.people}) | Q(**{f"{case}assignee": None, f"{case}queue_id__in": sight.queues})
        rows = rows.filter(mine)
    limit = limit_of(account)
    found = rows.exclude(proposed_by=account).order_by("proposed_at", "pk")[:100]
    return [one for one in found if total_of(one.complaint) <= limit]


_CONTACTS_BY_WEEK = """
    SELECT week, count(*) FROM (
        SELECT floor(EXTRACT(epoch FROM %(end)s - entered_at) / 604800)::int AS week FROM routing_contact
        WHERE entered_at >= %(start)s AND entered_at < %(end)s AND outcome NOT IN ('moved', 'withdrawn')
        UNION ALL
        SELECT floor(EXTRACT(epoch FROM %(end)s - opened_at) / 604800)::int FROM desk_case
        WHERE opened_at >= %(start)s AND opened_at < %(end)s AND channel IN ('mail', 'form')
    ) came GROUP BY 1
"""


def contacts_by_week(*, end: datetime, weeks: int) -> list[int]:
    """Contacts through queues and letters of the last `weeks` spans of seven days up to `end`, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS_BY_WEEK, {"start": end - timedelta(weeks=weeks), "end": end})
        counted = dict(cursor.fetchall())
    return [counted.get(back, 0) for back in range(weeks - 1, -1, -1)]


def contacts_between(start: datetime, end: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS_BY_WEEK, {"start": start, "end": end})
        return sum(count for _week, count in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A finding with its cell in words: [(dimension's name, value's name)]; `within`: the words of the one it belongs to."""

    spot: Spot
    cell: dict[str, Any]
    words: list[tuple[str, str]]
    within: str
    bars: list[tuple[int, int, int]]

    @property
    def title(self) -> str:
        return " × ".join(value for _name, value in self.words)


@dataclass(frozen=True, slots=True)
class HotSpots:
    """What stands out; `too_little`: why nothing can be said."""

    spots: list[HotSpot]
    looked_at: int
    clumping: float
    complaints: list[int]
    contacts: list[int]
    too_little: bool


def hot_spots(*, now: datetime, latest: int = 1, weeks: int = WEEKS) -> HotSpots:
    """Where complaints of the last `latest` weeks are more than the weeks before let expect. Three queries."""
    contacts = contacts_by_week(end=now, weeks=weeks)
    rows = _classes(start=now - timedelta(weeks=weeks), end=now)
    complaints = [(weeks - 1 - int((now - filed).total_seconds() // 604800), values) for filed, values in rows]
    totals = [sum(1 for week, _values in complaints if week == number) for number in range(weeks)]
    known = [number for number, count in enumerate(contacts) if count]
    first = known[0] if known else weeks
    if weeks - first - latest < 4 or not sum(contacts[-latest:]):
        return HotSpots([], 0, 1.0, totals, contacts, too_little=True)
    shifted = [(week - first, values) for week, values in complaints]
    cells = count_cells(shifted, weeks=weeks - first, dimensions=DIMENSIONS)
    found = find_hotspots(cells, [float(count) for count in contacts[first:]], latest=latest)
    names = cell_names()
    spots = [_in_words(spot, names) for spot in found.spots]
    return HotSpots(spots, found.looked_at, found.clumping, totals, contacts, too_little=False)


def _classes(*, start: datetime, end: datetime) -> list[tuple[datetime, dict[str, Any]]]:
    """Filing moment and classes of complaints; the category is the topmost one, the team its owner's where none is named."""
    rows = Complaint.objects.filter(filed_at__gte=start, filed_at__lt=end, case__merged_into=None).values_list(
        "filed_at", "category_id", "category__parent_id", "category__parent__parent_id", "product", "region", "team_id",
        "case__assignee__employee__team_id",
    )  # fmt: skip
    return [
        (filed, {"category": top or parent or own, "product": product, "region": region, "team": team or owners})
        for filed, own, parent, top, product, region, team, owners in rows
    ]


def cell_names() -> dict[str, dict[Any, str]]:
    """Names of categories and teams by id, for cells."""
    return {
        "category": {one.pk: one.name for one in Category.objects.all()},
        "team": {one.pk: one.name for one in Team.objects.all()},
    }


def cell_words(cell: Mapping[str, Any], names: Mapping[str, Mapping[Any, str]]) -> list[tuple[str, str]]:
    labels = {"category": _("category"), "product": _("product"), "region": _("region"), "team": _("team")}
    return [(labels[key], str(names.get(key, {}).get(value, value))) for key, value in cell.items() if key in labels]


def _in_words(spot: Spot, names: Mapping[str, Mapping[Any, str]]) -> HotSpot:
    cell = dict(spot.key)
    within = " × ".join(value for _name, value in cell_words(dict(spot.within), names)) if spot.within else ""
    most = max(spot.counts) or 1
    bars = [(10 * place, 30 - round(28 * count / most), max(1, round(28 * count / most))) for place, count in enumerate(spot.counts)]
    return HotSpot(spot, cell, cell_words(cell, names), within, bars)


@dataclass(frozen=True, slots=True)
class Effect:
    """Complaints of a measure's cell before and after it took effect, with the contacts of both spans."""

    before: int
    before_contacts: int
    after: int
    after_contacts: int
    days: int
    comparison: Comparison | None


def measures() -> list[Measure]:
    return list(Measure.objects.select_related("owner", "made_by").order_by("-pk")[:200])


def effect_of(measure: Measure, *, now: datetime) -> Effect | None:
    """The rate of the cell since `done_at` against the eight weeks before it; None before it is in effect."""
    if measure.done_at is None:
        return None
    start = measure.done_at - timedelta(weeks=8)
    before = _in_cell(measure.cell, start=start, end=measure.done_at)
    after = _in_cell(measure.cell, start=measure.done_at, end=now)
    spans: Sequence[int] = (contacts_between(start, measure.done_at), contacts_between(measure.done_at, now))
    compared = compare_rates(before, spans[0], after, spans[1]) if all(spans) else None
    return Effect(before, spans[0], after, spans[1], max(0, (now - measure.done_at).days), compared)


def _in_cell(cell: Mapping[str, Any], *, start: datetime, end: datetime) -> int:
    return sum(1 for _filed, values in _classes(start=start, end=end) if all(values.get(key) == value for key, value in cell.items()))
