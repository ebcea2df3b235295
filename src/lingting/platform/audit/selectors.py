"""Reads of the record of changes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, QuerySet

from lingting.platform.audit.acting import PROGRAM
from lingting.platform.audit.models import Change


def changes_of(table: str, *, object_id: object) -> QuerySet[Change]:
    """All that happened to one row of a table, newest first."""
    return Change.objects.filter(table_name=table, object_id=str(object_id)).order_by("-id")


def changes(
    *,
    person: str = "",
    table: str = "",
    object_id: str = "",
    via: str = "",
    program: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Change]:
    """The record, newest first, narrowed: `person` is part of a name, the period is half-open, `program` what laid the rows."""
    found = Change.objects.order_by("-id")
    if program:
        found = found.filter(actor_kind=PROGRAM, actor_id=program)
    if person:
        found = found.filter(actor_label__icontains=person)
    if table:
        found = found.filter(table_name=table)
    if object_id:
        found = found.filter(object_id=object_id)
    if via:
        found = found.filter(via=via)
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found


def without_laid(found: QuerySet[Change]) -> QuerySet[Change]:
    """Leaves out what the program laid by itself; `laid` says how much that is."""
    return found.exclude(actor_kind=PROGRAM)


def laid() -> dict[str, int]:
    """How many rows the program laid by itself, by what it laid."""
    rows = Change.objects.filter(actor_kind=PROGRAM).values_list("actor_id").annotate(count=Count("id")).order_by("actor_id")
    return dict(rows)
