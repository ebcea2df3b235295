"""The fields a centre gives its case types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from lingting.platform.database.keys import free_key
from lingting.platform.refusals import Invalid
from lingting.service.desk.models import CaseField, FieldKind


class BadField(Invalid):
    code = "bad_field"


@dataclass(frozen=True, slots=True)
class FieldGiven:
    """A field as an administrator describes it; `options` one a line: `key = 中文 | English`, key and English optional."""

    name_zh: str
    name_en: str = ""
    kind: str = FieldKind.TEXT
    options: str = ""
    help_zh: str = ""
    help_en: str = ""
    is_required: bool = False
    is_active: bool = True
    order: int = 100


def save_case_field(given: FieldGiven, *, type_id: int | None, field_id: int | None = None) -> CaseField:
    """Makes or changes a field of a case type (None: of every type). Raises `BadField` naming the form's field.

    The kind of a field that holds values stays as it is: what people recorded must remain readable.
    """
    field = CaseField.objects.get(pk=field_id) if field_id else CaseField(type_id=type_id)
    if not given.name_zh.strip():
        raise BadField(_("Give the field a Chinese name."), fields={"name_zh": [_("Give the field a Chinese name.")]})
    if field.pk and field.kind != given.kind and field.values.exists():
        words = _("Cases hold values in this field already. Make a new field of the other kind, and put this one out of use.")
        raise BadField(words, fields={"kind": [words]})
    options = parse_options(given.options) if given.kind == FieldKind.CHOICE else []
    if given.kind == FieldKind.CHOICE and len(options) < 2:
        words = _("Write at least two options, one a line.")
        raise BadField(words, fields={"options": [words]})
    field.name_zh, field.name_en, field.kind = given.name_zh.strip()[:80], given.name_en.strip()[:80], given.kind
    field.help_zh, field.help_en = given.help_zh.strip()[:200], given.help_en.strip()[:200]
    field.options, field.is_required, field.is_active, field.order = options, given.is_required, given.is_active, given.order
    field.key = field.key or free_key(given.name_en, among=CaseField.objects.filter(type_id=type_id), otherwise="field")
    field.save()
    return field


def parse_options(text: str) -> list[dict[str, Any]]:
    """Options from lines `key = 中文 | English`; a line without a key gets one that stays. Raises `BadField` for doubles."""
    options: list[dict[str, Any]] = []
    for number, line in enumerate((each.strip() for each in text.splitlines()), start=1):
        if not line:
            continue
        key, equals, words = line.partition("=")
        zh, _bar, en = (words if equals else line).partition("|")
        found = re.sub(r"[^\w-]", "", key.strip())[:40] if equals else slugify(en or zh)[:40] or f"option-{number}"
        options.append({"key": found, "zh": zh.strip()[:80], "en": en.strip()[:80]})
    keys = [each["key"] for each in options]
    doubles = sorted({key for key in keys if keys.count(key) > 1})
    if doubles:
        words = _("These keys stand twice: %(keys)s.") % {"keys": ", ".join(doubles)}
        raise BadField(words, fields={"options": [words]})
    return options


def options_text(options: list[dict[str, Any]]) -> str:
    """Options as `parse_options` reads them."""
    return "\n".join(f"{each['key']} = {each['zh']}" + (f" | {each['en']}" if each.get("en") else "") for each in options)
