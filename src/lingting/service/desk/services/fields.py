"""Subject, type, priority and tags of a case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.desk.events import CaseChanged
from lingting.service.desk.models import CaseType, Priority, Tag
from lingting.service.desk.services.locking import locked_open_case
from lingting.service.desk.services.refusals import UnknownChoice

MOST_TAGS = 20


def set_subject(case_id: int, *, subject: str, actor: Actor, now: datetime) -> bool:
    """Names what the case is about (at most 200 characters); False if nothing changed."""
    return _change(case_id, field="subject", value=" ".join(subject.split())[:200], actor=actor, now=now)


def set_priority(case_id: int, *, priority: int, actor: Actor, now: datetime) -> bool:
    """Makes a case more or less urgent: 1 urgent … 4 low. Raises `UnknownChoice`."""
    if priority not in Priority.values:
        raise UnknownChoice(_("Choose a priority from the list."))
    return _change(case_id, field="priority", value=priority, actor=actor, now=now)


def set_type(case_id: int, *, type_id: int | None, actor: Actor, now: datetime) -> bool:
    """Says what the customer came for. Raises `UnknownChoice` for a type that is not in use."""
    if type_id is not None and not CaseType.objects.filter(pk=type_id, is_active=True).exists():
        raise UnknownChoice(_("This case type is not in use. Choose another one."))
    return _change(case_id, field="type_id", value=type_id, actor=actor, now=now)


@transaction.atomic
def set_tags(case_id: int, *, names: Iterable[str], actor: Actor, now: datetime) -> bool:
    """Puts exactly these tags on a case, making those that are new; False if nothing changed."""
    case = locked_open_case(case_id, now=now)
    wanted = sorted({" ".join(name.split())[:40] for name in names if name.strip()})
    if len(wanted) > MOST_TAGS:
        raise UnknownChoice(_("A case carries at most %(most)s tags.") % {"most": MOST_TAGS})
    held = sorted(case.tags.values_list("name", flat=True))
    if held == wanted:
        return False
    case.tags.set(_tags(wanted))
    record(CaseChanged(case_id=case_id, changes={"tags": [held, wanted]}), actor=actor, now=now)
    return True


@transaction.atomic
def add_tag(case_id: int, *, name: str, actor: Actor, now: datetime) -> bool:
    """Adds one tag beside those a case has; False if it was there."""
    case = locked_open_case(case_id, now=now)
    held = sorted(case.tags.values_list("name", flat=True))
    return set_tags(case_id, names=[*held, name], actor=actor, now=now)


@transaction.atomic
def remove_tag(case_id: int, *, name: str, actor: Actor, now: datetime) -> bool:
    """Takes one tag off a case; False if it was not there."""
    case = locked_open_case(case_id, now=now)
    held = sorted(case.tags.values_list("name", flat=True))
    return set_tags(case_id, names=[each for each in held if each != name], actor=actor, now=now)


def _tags(names: list[str]) -> list[Tag]:
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=names))


@transaction.atomic
def _change(case_id: int, *, field: str, value: Any, actor: Actor, now: datetime) -> bool:
    case = locked_open_case(case_id, now=now)
    old = getattr(case, field)
    if old == value:
        return False
    setattr(case, field, value)
    case.save(update_fields=[field.removesuffix("_id")])
    record(CaseChanged(case_id=case_id, changes={field: [old, value]}), actor=actor, now=now)
    return True
