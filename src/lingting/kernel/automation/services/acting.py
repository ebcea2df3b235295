"""Lists of acts, as rules and macros hold them: checked when they are written, done in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.automation.registry import Action, actions_of
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.registry import Field
from lingting.platform.refusals import Invalid


class BadAct(Invalid):
    """An act that is not known, or lacks what it needs."""

    code = "bad_act"


def checked_actions(subject_type: str, actions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The acts as they are stored. Raises `BadAct` naming the act and what is missing."""
    known = actions_of(subject_type)
    if not known:
        raise BadAct(_("Choose what the rule is about."))
    if not actions:
        raise BadAct(_("Say what is to be done: add at least one act."))
    checked = []
    for each in actions:
        action = known.get(each.get("key", ""))
        if action is None:
            raise BadAct(_("Choose an act from the list."))
        params = {param.key: _checked(action, param, each.get("params", {}).get(param.key)) for param in action.params}
        checked.append({"key": action.key, "params": params})
    return checked


def perform(subject_type: str, subject_id: int, *, actions: Sequence[Mapping[str, Any]], actor: Actor, now: datetime) -> None:
    """Does the acts in order, in the running transaction. What a service refuses goes up to the caller."""
    known = actions_of(subject_type)
    for each in actions:
        action = known.get(each["key"])
        if action is None:
            raise BadAct(_("The act “%(act)s” does not exist any more. Change the rule.") % {"act": each["key"]})
        action.perform(subject_id, each.get("params", {}), actor, now)


def _checked(action: Action, param: Field, value: Any) -> Any:
    text = str(value if value is not None else "").strip()[:2000]
    names = {"act": action.label, "what": param.label}
    if not text:
        raise BadAct(_("“%(act)s” needs: %(what)s.") % names)
    if param.kind == "number":
        try:
            return int(text)
        except ValueError:
            raise BadAct(_("“%(act)s”: %(what)s is a whole number.") % names) from None
    if param.kind == "choice" and param.choices and text not in {str(key) for key, _label in param.choices()}:
        raise BadAct(_("“%(act)s”: choose %(what)s from the list.") % names)
    return text
