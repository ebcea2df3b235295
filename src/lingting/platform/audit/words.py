"""Tables, columns and values in the words of the screen."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from lingting.platform.audit.acting import PROGRAM
from lingting.platform.audit.columns import COLUMNS
from lingting.platform.audit.models import Change

LONGEST_SHOWN = 120
VIA_LABELS = {
    "interface": pgettext_lazy("way of a change", "page"),
    "api": pgettext_lazy("way of a change", "API"),
    "job": pgettext_lazy("way of a change", "job"),
    "command": pgettext_lazy("way of a change", "command"),
    "import": pgettext_lazy("way of a change", "import"),
    "database": pgettext_lazy("way of a change", "database"),
}
PROGRAMS = {
    "demo": pgettext_lazy("who made a change", "Demo data"),
    "product": pgettext_lazy("who made a change", "What comes with Lingting"),
}
NAMELESS = {
    "interface": pgettext_lazy("who made a change", "A visitor, not signed in"),
    "api": pgettext_lazy("who made a change", "A visitor, not signed in"),
    "job": pgettext_lazy("who made a change", "Lingting by itself"),
    "command": pgettext_lazy("who made a change", "Somebody at the server"),
    "import": pgettext_lazy("who made a change", "Lingting by itself"),
    "database": pgettext_lazy("who made a change", "Somebody in the database itself"),
}
"""Who it was where no person can be named: the way says what kind of somebody it must have been."""


@dataclass(frozen=True)
class Difference:
    """One column of one change; `is_secret` ones show no values."""

    name: str
    old: str
    new: str
    is_secret: bool = False


@dataclass(frozen=True)
class ShownChange:
    """A change as a line of the list."""

    change: Change
    who: str
    is_named: bool
    thing: str
    via: str
    differences: list[Difference]


def shown(change: Change) -> ShownChange:
    """A change in the words of the screen."""
    model = model_of(change.table_name)
    return ShownChange(
        change=change,
        who=_who(change),
        is_named=bool(change.actor_label),
        thing=table_label(change.table_name),
        via=str(VIA_LABELS.get(change.via, change.via)),
        differences=[_difference(column, pair, model=model) for column, pair in sorted(change.changes.items())],
    )


def _who(change: Change) -> str:
    if change.actor_kind == PROGRAM:
        return str(PROGRAMS.get(change.actor_id, change.actor_label))
    return change.actor_label or str(NAMELESS.get(change.via, _("Somebody unnamed")))


def table_label(table: str) -> str:
    """What the rows of a table are called; the table's own name if nobody named them."""
    model = model_of(table)
    if model is None:
        return table
    owner = model._meta.auto_created
    if isinstance(owner, type):  # Django names such tables itself, in one language
        held = next(field for field in owner._meta.many_to_many if field.remote_field.through is model)
        return f"{owner._meta.verbose_name}: {held.verbose_name}"
    return str(model._meta.verbose_name)


def model_of(table: str) -> type[Model] | None:
    """The model that owns a table."""
    return next((model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table), None)


def _difference(column: str, pair: Any, *, model: type[Model] | None) -> Difference:
    name = column_label(column, model=model)
    if pair is None:
        return Difference(name, "", "", is_secret=True)
    field = _field_of(column, model=model)
    old, new = (_chosen(value, field=field) for value in pair)
    return Difference(name, _value(old), _value(new))


def _chosen(value: Any, *, field: Any) -> Any:
    """The word for a value that is one of a few."""
    words = dict(field.flatchoices) if isinstance(field, Field) and field.choices else {}
    return str(words[value]) if isinstance(value, str | int) and value in words else value


def column_label(column: str, *, model: type[Model] | None) -> str:
    """What a column is called; the column's own name if nobody named it."""
    field = _field_of(column, model=model)
    return _name_of(field) if isinstance(field, Field) else column


def _field_of(column: str, *, model: type[Model] | None) -> Any:
    if model is None:
        return None
    for name in (column, column.removesuffix("_id")):
        with suppress(FieldDoesNotExist):
            return model._meta.get_field(name)
    return None


def _name_of(field: Field[Any, Any]) -> str:
    """The name its model gives it; where that is only made of the column, the word for columns of that name."""
    name = str(field.verbose_name)
    is_named = name not in (field.name.replace("_", " "), "ID")
    return name if is_named else str(COLUMNS.get(field.name, name))


def _value(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        moment = parse_datetime(value) if value[4:5] == "-" and "T" in value else None
        if moment is not None and is_aware(moment):
            return localtime(moment).strftime("%Y-%m-%d %H:%M:%S")
    text = ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
