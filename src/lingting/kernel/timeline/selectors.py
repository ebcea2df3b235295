"""Reading the log for people: what happened to one thing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from lingting.kernel.timeline.models import Entry


def history_of(subject_type: str, subject_id: int, *, limit: int = 100) -> QuerySet[Entry, Any]:
    """The latest facts about a thing, newest first, as dicts for a template."""
    return (
        Entry.objects.filter(subject_type=subject_type, subject_id=subject_id)
        .order_by("-occurred_at", "-id")
        .values("id", "occurred_at", "kind", "actor_kind", "actor_id", "actor_label", "data")[:limit]
    )
