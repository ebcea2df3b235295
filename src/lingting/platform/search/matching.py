"""Asking for the newest texts that hold some words, fast whether the words are rare or common."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, QuerySet, Value
from django.db.models.expressions import CombinedExpression

from lingting.platform.search.literals import query

NEWEST_ROWS = 5_000


def search_matching(queryset: QuerySet[Any], *, column: str, text: str) -> QuerySet[Any]:
    """Only the rows whose vector column holds all words of the text; none at all if the text holds no word."""
    asked = query(text)
    if asked is None:
        return queryset.none()
    return queryset.filter(**{f"{column}__matches": asked})


def rarest_first_order(queryset: QuerySet[Any], *, key: str = "pk") -> QuerySet[Any]:
    """Newest first by `key + 0`.

    An ordering no index offers: the planner then starts from the rare words instead of walking the
    primary key backwards through the whole table in the hope of meeting one.
    """
    return queryset.order_by(_untouched(queryset, key=key).desc())


def newest_matching(
    queryset: QuerySet[Any],
    *,
    column: str,
    text: str,
    limit: int,
    before: Any = None,
    key: str = "pk",
) -> list[Any]:
    """The newest `limit` rows of a queryset that hold the words, newest first.

    Two bounded attempts. First the newest 5,000 rows of the table are read backwards: a common word fills the
    page there. What is not found there is rare enough for the word index, which then looks at older rows only.
    The second bound is on `key + 0` too, so that no index but that of the words can serve it.
    `key` is an indexed column that grows (`pk`, or a moment); `before` continues below a key seen earlier.
    The queryset may be filtered and may be `.values(...)`; its ordering is replaced.
    """
    asked = query(text)
    if asked is None or limit <= 0:
        return []
    edge = _edge_of_newest(queryset, before=before, key=key)
    recent = queryset if before is None else queryset.filter(**{f"{key}__lt": before})
    recent = recent if edge is None else recent.filter(**{f"{key}__gt": edge})
    found = list(recent.filter(**{f"{column}__holds": asked}).order_by(f"-{key}")[:limit])
    if edge is None or len(found) == limit:
        return found
    older = queryset.alias(_age=_untouched(queryset, key=key)).filter(_age__lte=edge, **{f"{column}__matches": asked})
    return found + list(older.order_by("-_age")[: limit - len(found)])


def _edge_of_newest(queryset: QuerySet[Any], *, before: Any, key: str) -> Any:
    rows = queryset.model._base_manager.using(queryset.db).order_by(f"-{key}")
    if before is not None:
        rows = rows.filter(**{f"{key}__lt": before})
    return next(iter(rows.values_list(key, flat=True)[NEWEST_ROWS : NEWEST_ROWS + 1]), None)


def _untouched(queryset: QuerySet[Any], *, key: str) -> CombinedExpression:
    options = queryset.model._meta
    field = options.pk if key == "pk" else options.get_field(key)
    if isinstance(field, models.DateTimeField):
        return F(key) + Value(timedelta(0), output_field=models.DurationField())
    return F(key) + Value(0)
