"""What changed between two versions, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from lingting.kernel.procedures.models import OwnerKind, Step, Version, in_language
from lingting.kernel.procedures.services import export_procedure
from lingting.platform.ui.spans import span_words

_FIELDS: dict[str, str | Promise] = {
    "title": gettext_lazy("Title"),
    "public": gettext_lazy("What customers read"),
    "is_mailed": gettext_lazy("Told to the customer by mail"),
    "kind": gettext_lazy("Kind"),
    "instructions": gettext_lazy("Instructions"),
    "owner": pgettext_lazy("step", "Who does it"),
    "limit_minutes": gettext_lazy("Time limit"),
    "calendar": gettext_lazy("Counts the hours of"),
    "form": pgettext_lazy("questionnaire", "Form"),
    "knowledge": gettext_lazy("Required knowledge"),
    "may_skip": gettext_lazy("May be skipped with a reason"),
    "amount_from": gettext_lazy("Amount from"),
    "four_eyes": gettext_lazy("Not by whoever did the step before"),
    "levels": gettext_lazy("Levels of approval"),
    "outcomes": gettext_lazy("Outcomes"),
}


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    label: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class StepChange:
    """`what` is added, removed, changed or moved."""

    what: str
    title: str
    changes: list[FieldChange] = field(default_factory=list)


def differences(old: Version, new: Version) -> list[StepChange]:
    """The steps that were added, removed, changed or moved, in the new order; the removed last."""
    before, after = _steps(old), _steps(new)
    shared = [key for key in before if key in after]
    new_order = [key for key in after if key in before]
    found: list[StepChange] = []
    for key, step in after.items():
        title = in_language(step["title"]["zh"], step["title"]["en"])
        if key not in before:
            found.append(StepChange(what="added", title=title))
            continue
        changes = [
            FieldChange(label=str(label), old=_text(name, before[key][name], before), new=_text(name, step[name], after))
            for name, label in _FIELDS.items() if before[key][name] != step[name]
        ]  # fmt: skip
        if changes:
            found.append(StepChange(what="changed", title=title, changes=changes))
        elif shared.index(key) != new_order.index(key):
            found.append(StepChange(what="moved", title=title))
    for key, step in before.items():
        if key not in after:
            found.append(StepChange(what="removed", title=in_language(step["title"]["zh"], step["title"]["en"])))
    return found


def _steps(version: Version) -> dict[str, dict[str, Any]]:
    return {step["key"]: step for step in export_procedure(version)["steps"]}


def _text(name: str, value: Any, steps: Mapping[str, Mapping[str, Any]]) -> str:
    if name in ("title", "instructions"):
        return " / ".join(text for text in (value["zh"], value["en"]) if text)
    if name == "owner":
        return f"{OwnerKind(value['kind']).label} {value['key']}".strip()
    if name == "kind":
        return str(Step(kind=value).get_kind_display())
    if name == "outcomes":
        return "; ".join(
            f"{in_language(one['label']['zh'], one['label']['en'])} → {_target(one['next'], steps)}" for one in value
        )
    if name == "levels":
        return "; ".join(f"≤ {one['up_to'] or '∞'}: {one['least_rank']}" for one in value)
    if name == "limit_minutes":
        return span_words(value) if value else ""
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _target(key: str, steps: Mapping[str, Mapping[str, Any]]) -> str:
    if key in steps:
        return in_language(steps[key]["title"]["zh"], steps[key]["title"]["en"])
    return "■" if key == "end" else "?"
