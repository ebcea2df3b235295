"""A case's own fields, and the time people put into it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, Invalid
from lingting.service.desk.events import CaseChanged
from lingting.service.desk.models import Case, CaseField, CaseFieldValue, FieldKind, TimeSpent
from lingting.service.desk.services.locking import locked_case, locked_open_case

LONGEST = {FieldKind.TEXT: 300, FieldKind.LONG_TEXT: 5_000}


class BadFieldValue(Invalid):
    """What was entered does not fit the field."""

    code = "bad_field_value"


class FieldsMissing(Conflict):
    """Fields that must be filled in before closing are empty."""

    code = "fields_missing"


@transaction.atomic
def set_field(case_id: int, *, field_id: int, text: str, actor: Actor, now: datetime) -> bool:
    """Writes what a person entered into a field of a case; empty text empties it; False if nothing changed.

    Raises `BadFieldValue` with what the field expects, `CaseIsClosed`.
    """
    case = locked_open_case(case_id, now=now)
    field = CaseField.objects.filter(Q(type=None) | Q(type=case.type_id), pk=field_id, is_active=True).first()
    if field is None:
        raise BadFieldValue(_("Cases of this type have no such field. Load the page again."))
    new = field_value(field, text)
    held = CaseFieldValue.objects.filter(case_id=case_id, field=field).first()
    old = held.value if held else None
    if new == old:
        return False
    if new is None:
        CaseFieldValue.objects.filter(case_id=case_id, field=field).delete()
    else:
        CaseFieldValue.objects.update_or_create(case_id=case_id, field=field, defaults={"value": new})
    record(CaseChanged(case_id=case_id, changes={f"field:{field.pk}": [old, new]}), actor=actor, now=now)
    return True


def field_value(field: CaseField, text: str) -> Any:
    """The stored value of what was typed: None when empty. Raises `BadFieldValue`."""
    text = text.replace("\x00", "").strip()
    if not text:
        return None
    if field.kind in LONGEST and len(text) > LONGEST[FieldKind(field.kind)]:
        raise BadFieldValue(
            _("%(name)s holds at most %(most)s characters.") % {"name": field.name, "most": LONGEST[FieldKind(field.kind)]}
        )
    if field.kind == FieldKind.NUMBER:
        return _number(field, text)
    if field.kind == FieldKind.DATE:
        return _date(field, text)
    if field.kind == FieldKind.YES_NO:
        return {"yes": True, "no": False}.get(text.lower())
    if field.kind == FieldKind.CHOICE and text not in {each["key"] for each in field.options}:
        raise BadFieldValue(_("Choose one of the options of %(name)s.") % {"name": field.name})
    return text


def check_fields_filled(case: Case) -> None:
    """Raises `FieldsMissing`, naming them, when a field needed before closing is empty."""
    needed = CaseField.objects.filter(Q(type=None) | Q(type=case.type_id), is_active=True, is_required=True)
    empty = [field.name for field in needed.exclude(values__case_id=case.pk)]
    if empty:
        raise FieldsMissing(_("Fill in before closing: %(fields)s.") % {"fields": _(", ").join(empty)})


@transaction.atomic
def note_time(case_id: int, *, minutes: int, spent_date: date, note: str, account_id: int, now: datetime) -> TimeSpent:
    """Notes minutes of work on a case. Raises `BadFieldValue` for less than one minute or more than a day."""
    if not 1 <= minutes <= 1440:
        raise BadFieldValue(_("Enter minutes between 1 and 1440."))
    locked_case(case_id)
    return TimeSpent.objects.create(
        case_id=case_id, account_id=account_id, minutes=minutes, spent_date=spent_date, note=note.strip()[:200], noted_at=now
    )


def drop_time(time_id: int, *, case_id: int, account_id: int) -> bool:
    """Takes a note of time away; only whoever wrote it may. False if there is none."""
    gone, _kinds = TimeSpent.objects.filter(pk=time_id, case_id=case_id, account_id=account_id).delete()
    return bool(gone)


def _number(field: CaseField, text: str) -> float | int:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 10**15:
        raise BadFieldValue(_("%(name)s is a number, for example 12.5.") % {"name": field.name})
    return int(number) if number == number.to_integral_value() else float(number)


def _date(field: CaseField, text: str) -> str:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise BadFieldValue(_("%(name)s is a date such as 2026-12-24.") % {"name": field.name})
    return day.isoformat()
