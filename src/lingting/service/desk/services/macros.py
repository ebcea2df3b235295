"""Several acts under one name: kept, and done at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.automation.registry import actions_of
from lingting.kernel.automation.services import checked_actions, perform
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Invalid, NotFound
from lingting.service.desk.models import Macro

SUBJECT = "desk.case"


class BadMacro(Invalid):
    code = "bad_macro"


class MacroNotFound(NotFound):
    code = "macro_not_found"


def macros_for(account_id: int) -> QuerySet[Macro]:
    """The shared macros and a person's own."""
    return Macro.objects.filter(Q(owner=None) | Q(owner_id=account_id))


def access_macro(macro_id: int, *, account_id: int) -> Macro:
    found = macros_for(account_id).filter(pk=macro_id).first()
    if found is None:
        raise MacroNotFound(_("This macro does not exist any more. Choose another one."))
    return found


def save_macro(
    name_zh: str, *, name_en: str, actions: Sequence[Mapping[str, Any]], owner_id: int | None, macro_id: int | None = None
) -> Macro:
    """Makes or changes a macro. Raises `BadMacro`, or `BadAct` naming the act and what it lacks."""
    if not name_zh.strip():
        raise BadMacro(_("Give the macro a Chinese name."))
    macro = Macro.objects.get(pk=macro_id) if macro_id else Macro()
    macro.name_zh, macro.name_en = name_zh.strip()[:80], name_en.strip()[:80]
    macro.actions, macro.owner_id = checked_actions(SUBJECT, actions), owner_id
    macro.save()
    return macro


def delete_macro(macro_id: int) -> None:
    Macro.objects.filter(pk=macro_id).delete()


def permissions_of(macro: Macro) -> set[str]:
    """What a person needs to use a macro: the permissions of all its acts."""
    known = actions_of(SUBJECT)
    return {known[each["key"]].permission for each in macro.actions if each["key"] in known} - {""}


@transaction.atomic
def run_macro(macro: Macro, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Does all acts of a macro on a case, or none: what one of them refuses undoes the others."""
    perform(SUBJECT, case_id, actions=macro.actions, actor=actor, now=now)
