"""The contact types a centre has from the start, with their fields and procedures; people change them afterwards."""

from __future__ import annotations

from datetime import datetime

from lingting.kernel.procedures.services import ensure_procedure
from lingting.service.desk import services
from lingting.service.desk.contact_types import CONTACT_TYPES, ContactType, definition_of
from lingting.service.desk.models import CaseType


def lay(*, now: datetime) -> None:
    """Makes the types that are not there yet; a type that is there stays as people made it."""
    known = set(CaseType.objects.values_list("key", flat=True))
    for place, kind in enumerate(CONTACT_TYPES, start=1):
        if kind.key not in known:
            _lay(kind, order=10 * place, now=now)


def _lay(kind: ContactType, *, order: int, now: datetime) -> None:
    if kind.steps:
        ensure_procedure(definition_of(kind), now=now)
    made = CaseType.objects.create(
        key=kind.key, name_zh=kind.zh, name_en=kind.en, description_zh=kind.about_zh, description_en=kind.about_en, order=order,
        procedure_key=kind.key if kind.steps else "",
    )  # fmt: skip
    for number, field in enumerate(kind.fields, start=1):
        given = services.FieldGiven(
            field.zh, field.en, field.kind, options=field.options, is_required=field.is_required, order=10 * number
        )
        services.save_case_field(given, type_id=made.pk)
