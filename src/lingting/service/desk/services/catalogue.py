"""The desk's own lists: case types and tags."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lingting.platform.database.keys import free_key
from lingting.platform.refusals import Conflict, Invalid
from lingting.service.desk.models import CaseType, Tag


class BadName(Invalid):
    code = "bad_name"


class NameIsTaken(Conflict):
    code = "name_is_taken"


def save_case_type(
    name_zh: str,
    *,
    name_en: str = "",
    description_zh: str = "",
    description_en: str = "",
    procedure_key: str = "",
    is_active: bool = True,
    order: int | None = None,
    type_id: int | None = None,
) -> CaseType:
    """Makes or changes a case type. Raises `BadName`."""
    if not name_zh.strip():
        raise BadName(_("Give the type a Chinese name."), fields={"name_zh": [_("Give the type a Chinese name.")]})
    kind = CaseType.objects.get(pk=type_id) if type_id else CaseType(key=free_key(name_en, among=CaseType.objects.all(), otherwise="type"))
    kind.name_zh, kind.name_en, kind.is_active = name_zh.strip()[:80], name_en.strip()[:80], is_active
    kind.description_zh, kind.description_en = description_zh.strip()[:200], description_en.strip()[:200]
    kind.procedure_key = procedure_key
    if order is not None:
        kind.order = order
    elif not type_id:
        kind.order = (CaseType.objects.aggregate(last=Max("order"))["last"] or 0) + 10
    kind.save()
    return kind


def rename_tag(tag_id: int, *, name: str) -> Tag:
    """Gives a tag another name on every case. Raises `BadName`, `NameIsTaken`."""
    clean = " ".join(name.split())[:40]
    if not clean:
        raise BadName(_("Give the tag a name."), fields={"name": [_("Give the tag a name.")]})
    tag = Tag.objects.get(pk=tag_id)
    tag.name = clean
    try:
        with transaction.atomic():
            tag.save(update_fields=["name"])
    except IntegrityError as error:
        raise NameIsTaken(_("There is already a tag called “%(name)s”.") % {"name": clean}) from error
    return tag


def delete_tag(tag_id: int) -> None:
    """Takes a tag off every case and forgets it."""
    with transaction.atomic():
        for tag in Tag.objects.filter(pk=tag_id):
            tag.cases.clear()
            tag.delete()
