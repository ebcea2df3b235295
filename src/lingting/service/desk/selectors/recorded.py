"""A case's own fields and the time put into it, ready to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import get_language

from lingting.service.desk.models import Case, CaseField, CaseFieldValue, CaseMerge, CaseSplit, TimeSpent


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field with what stands in it: `value` as entered in a form, `words` as people read it."""

    field: CaseField
    value: str
    words: str
    options: list[tuple[str, str]]
    hint: str


def fields_of_case(case: Case) -> list[ShownField]:
    """The fields of the case's type (and those of every type) with their values: two queries."""
    fields = CaseField.objects.filter(Q(type=None) | Q(type=case.type_id), is_active=True).order_by("order", "id")
    values = dict(CaseFieldValue.objects.filter(case_id=case.pk).values_list("field_id", "value"))
    return [_shown(field, values.get(field.pk)) for field in fields]


def field_words(field: CaseField, value: Any) -> str:
    """A stored value as people read it, in the reader's language."""
    from django.utils.translation import gettext as _

    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return dict(_options(field)).get(str(value), str(value))


def field_names(ids: Iterable[int]) -> dict[int, CaseField]:
    return CaseField.objects.in_bulk(list(ids))


def time_of_case(case_id: int) -> tuple[list[TimeSpent], int]:
    """The notes of time, latest first, and all minutes together."""
    rows = list(TimeSpent.objects.filter(case_id=case_id).select_related("account")[:50])
    total = TimeSpent.objects.filter(case_id=case_id).aggregate(total=Sum("minutes"))["total"] or 0
    return rows, total


def can_unmerge(case_id: int) -> bool:
    """Whether a merge of the case stands that can be taken back (a split taken back cannot)."""
    return CaseMerge.objects.filter(case_id=case_id, undone_at=None).exists()


def split_origin(case_id: int) -> int | None:
    """The case this one was split off, as long as that stands."""
    return CaseSplit.objects.filter(new_case_id=case_id, undone_at=None).values_list("case_id", flat=True).first()


def _shown(field: CaseField, value: Any) -> ShownField:
    entered = {True: "yes", False: "no"}[value] if isinstance(value, bool) else "" if value is None else str(value)
    is_chinese = (get_language() or "").startswith("zh")
    hint = field.help_zh if is_chinese else field.help_en or field.help_zh
    return ShownField(field, entered, field_words(field, value), _options(field), hint)


def _options(field: CaseField) -> list[tuple[str, str]]:
    is_chinese = (get_language() or "").startswith("zh")
    return [(each["key"], each["zh"] if is_chinese else each.get("en") or each["zh"]) for each in field.options]
