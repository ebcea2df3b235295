"""Keeping departments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.platform.database.keys import free_key
from lingting.platform.refusals import Invalid
from lingting.service.workorders.models import Department


class BadDepartment(Invalid):
    code = "bad_department"


def ensure_department(key: str, **values: Any) -> Department:
    """The department under a key, made when missing; what administrators changed stays."""
    found, _made = Department.objects.get_or_create(key=key, defaults=values)
    return found


@transaction.atomic
def save_department(values: Mapping[str, Any], *, department_id: int | None = None) -> Department:
    """Makes or changes a department; `members` are account ids. Raises `BadDepartment`."""
    if not str(values.get("name_zh", "")).strip():
        raise BadDepartment(_("Give the department a Chinese name."))
    if not values.get("minutes"):
        raise BadDepartment(_("Say within how long the department answers."))
    found = Department.objects.select_for_update().get(pk=department_id) if department_id else Department()
    for name, value in values.items():
        if name != "members":
            setattr(found, name, value)
    found.key = found.key or free_key(values.get("name_en") or "", among=Department.objects.all(), otherwise="department")
    found.save()
    found.members.set(values.get("members", ()))
    return found
