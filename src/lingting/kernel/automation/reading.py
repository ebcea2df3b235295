"""A rule as the editor's form sends it, and as the editor shows it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from lingting.kernel.automation.conditions import NEEDS_NO_VALUE, OPERATORS
from lingting.kernel.automation.models import Rule
from lingting.kernel.automation.registry import actions_of, askable, ruled_kinds, whens_of
from lingting.kernel.automation.services import RuleGiven
from lingting.kernel.timeline.registry import Field, known_subject

MOST_LINES = 20


@dataclass
class Draft:
    """A rule being written: plain values, whatever state they are in."""

    subject_type: str
    name_zh: str = ""
    name_en: str = ""
    whens: list[str] = field(default_factory=list)
    every: list[dict[str, Any]] = field(default_factory=list)
    some: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    order: int = 100
    stops: bool = False
    is_active: bool = False

    def as_given(self) -> RuleGiven:
        return RuleGiven(
            subject_type=self.subject_type, name_zh=self.name_zh, name_en=self.name_en, whens=self.whens,
            conditions={"all": self.every, "any": self.some}, actions=self.actions, order=self.order, stops=self.stops,
            is_active=self.is_active,
        )  # fmt: skip


def draft_of(rule: Rule | None) -> Draft:
    if rule is None:
        first = ruled_kinds()[0]
        return Draft(subject_type=first.key, is_active=True, actions=[{"key": "", "params": {}}])
    return Draft(
        subject_type=rule.subject_type, name_zh=rule.name_zh, name_en=rule.name_en, whens=list(rule.whens),
        every=list(rule.conditions.get("all", ())), some=list(rule.conditions.get("any", ())), actions=list(rule.actions),
        order=rule.order, stops=rule.stops, is_active=rule.is_active,
    )  # fmt: skip


def draft_in(form: QueryDict) -> Draft:
    """What the form holds, after its `act` (add-all, add-any, add-act, drop-all-2, up-act-1 …) was done to it."""
    order = form.get("order", "")
    draft = Draft(
        subject_type=form.get("subject_type", ""),
        name_zh=form.get("name_zh", ""),
        name_en=form.get("name_en", ""),
        whens=form.getlist("when"),
        every=_conditions(form, "all"),
        some=_conditions(form, "any"),
        actions=actions_in(form),
        order=min(int(order), 30_000) if order.isdigit() else 100,
        stops="stops" in form,
        is_active="is_active" in form,
    )
    _reshape(draft, form.get("act", ""))
    return draft


def actions_in(form: QueryDict) -> list[dict[str, Any]]:
    """The lines of acts in a form: `act-<n>-key` and `act-<n>-<param>`."""
    found = []
    for number in range(MOST_LINES):
        if f"act-{number}-key" not in form:
            continue
        head = f"act-{number}-"
        params = {name.removeprefix(head): form[name] for name in form if name.startswith(head) and name != f"{head}key"}
        found.append({"key": form[f"{head}key"], "params": params})
    return found


def _conditions(form: QueryDict, part: str) -> list[dict[str, Any]]:
    names = [number for number in range(MOST_LINES) if f"{part}-{number}-field" in form]
    return [
        {"field": form[f"{part}-{n}-field"], "op": form.get(f"{part}-{n}-op", ""), "value": form.get(f"{part}-{n}-value", "")}
        for n in names
    ]


def _reshape(draft: Draft, act: str) -> None:
    verb, _dash, rest = act.partition("-")
    part, _dash, number = rest.partition("-")
    lines = {"all": draft.every, "any": draft.some, "act": draft.actions}.get(part)
    if lines is None:
        return
    at = int(number) if number.isdigit() else -1
    if verb == "add" and len(lines) < MOST_LINES:
        lines.append({"key": "", "params": {}} if part == "act" else {"field": "", "op": "", "value": ""})
    elif verb == "drop" and 0 <= at < len(lines):
        del lines[at]
    elif verb == "up" and 0 < at < len(lines):
        lines[at - 1], lines[at] = lines[at], lines[at - 1]


def editor_context(draft: Draft) -> dict[str, Any]:
    """Everything the editor's template shows of a draft."""
    subject = known_subject(draft.subject_type) or ruled_kinds()[0]
    fields = askable(subject, draft.whens)
    return {
        "draft": draft,
        "subjects": ruled_kinds(),
        "whens": [
            {"kind": each.kind, "label": each.label, "is_chosen": each.kind in draft.whens} for each in whens_of(subject.key).values()
        ],
        "every": [_shown_condition(each, fields) for each in draft.every],
        "some": [_shown_condition(each, fields) for each in draft.some],
        "fields": [(key, each.label) for key, each in fields.items()],
        **acts_context(subject.key, draft.actions),
    }


def acts_context(subject_type: str, actions: list[dict[str, Any]]) -> dict[str, Any]:
    """The lines of acts with their choices; macros show the same."""
    lines = [_shown_action(each, subject_type) for each in actions]
    return {"acts": lines, "act_choices": [(each.key, each.label) for each in actions_of(subject_type).values()]}


def _shown_condition(condition: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    asked = fields.get(condition["field"])
    operators = OPERATORS[asked.kind] if asked else []
    op = condition["op"] if condition["op"] in dict(operators) else (operators[0][0] if operators else "")
    shown = {
        "field": condition["field"] if asked else "",
        "op": op,
        "value": str(condition.get("value") or ""),
        "operators": operators,
    }
    shown["needs_value"] = bool(asked) and op not in NEEDS_NO_VALUE
    shown["choices"] = choices_of(asked) if asked else None
    shown["kind"] = asked.kind if asked else ""
    shown["unit"] = asked.unit if asked else ""
    return shown


def _shown_action(given: Mapping[str, Any], subject_type: str) -> dict[str, Any]:
    action = actions_of(subject_type).get(given["key"])
    params = [
        {"field": each, "value": str(given["params"].get(each.key) or ""), "choices": choices_of(each)}
        for each in (action.params if action else ())
    ]
    return {"key": given["key"] if action else "", "params": params}


def choices_of(asked: Field) -> list[tuple[str, Any]] | None:
    """What can be chosen for a field; None where something is typed."""
    from django.utils.translation import gettext

    if asked.kind == "yes_no":
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    if asked.kind == "choice" and asked.choices:
        return [(str(key), label) for key, label in asked.choices()]
    return None
