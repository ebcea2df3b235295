"""Reads of automation: rules in words, what they did, and what they would have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from lingting.kernel.automation.conditions import NEEDS_NO_VALUE, OPERATORS, holds
from lingting.kernel.automation.models import Firing, Outcome, Rule
from lingting.kernel.automation.reading import acts_context, draft_in
from lingting.kernel.automation.registry import actions_of, askable, said_by, whens_of
from lingting.kernel.timeline.models import Entry
from lingting.kernel.timeline.registry import Field, SubjectKind, known_subject, subject_kind

__all__ = [
    "DryRun",
    "Trial",
    "acts_context",
    "acts_words",
    "condition_words",
    "draft_in",
    "dry_run",
    "firings_shown",
    "rule_words",
    "rules",
    "value_words",
]

MOST_TRIED = 2_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One fact a rule would have answered."""

    subject_id: int
    address: str
    when: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a rule would have done to `looked_at` facts of the past; fields were read as they are now."""

    looked_at: int
    matched: int
    trials: list[Trial]
    is_cut: bool


def rules() -> list[Rule]:
    """All rules in their order, each with how often it `fired`, how often that was `refused`, and `last_fired_at`."""
    counted = Rule.objects.select_related("made_by").annotate(
        fired=Count("firings"), refused=Count("firings", filter=~Q(firings__outcome=Outcome.DONE)),
        last_fired_at=Max("firings__fired_at"),
    )  # fmt: skip
    return list(counted.order_by("order", "id"))


def firings_shown(rule: Rule, *, most: int = 100) -> list[dict[str, Any]]:
    """The log of a rule, latest first: `firing`, the words of its event, the address of its subject."""
    subject, whens = subject_kind(rule.subject_type), whens_of(rule.subject_type)
    return [
        {
            "firing": each,
            "when": whens[each.when].label if each.when in whens else each.when,
            "address": subject.url(each.subject_id),
        }
        for each in Firing.objects.filter(rule=rule).order_by("-id")[:most]
    ]


def dry_run(
    subject_type: str, *, whens: Sequence[str], conditions: Mapping[str, Any], days: int, now: datetime, most: int = 50
) -> DryRun:
    """Looks over the facts of the last `days` (at most 2,000, latest first) and says which the rule would have answered."""
    subject, offered = known_subject(subject_type), whens_of(subject_type)
    if subject is None:
        return DryRun(0, 0, [], False)
    rows = list(
        Entry.objects.filter(subject_type=subject_type, kind__in=list(whens), occurred_at__gte=now - timedelta(days=days))
        .exclude(actor_kind="rule")
        .order_by("-occurred_at", "-id")
        .values("subject_id", "kind", "occurred_at", "data")[: MOST_TRIED + 1]
    )
    is_cut, rows = len(rows) > MOST_TRIED, rows[:MOST_TRIED]
    values = subject.read(sorted({row["subject_id"] for row in rows}))
    said: dict[int, dict[str, Any]] = {}
    for kind in offered:
        places = [place for place, row in enumerate(rows) if row["kind"] == kind]
        said |= dict(zip(places, said_by(subject_type, kind, [rows[place]["data"] for place in places]), strict=True))
    found = [
        row
        for place, row in enumerate(rows)
        if row["subject_id"] in values and holds(conditions, values[row["subject_id"]] | said.get(place, {}))
    ]
    trials = [
        Trial(row["subject_id"], subject.url(row["subject_id"]), str(offered[row["kind"]].label), row["occurred_at"])
        for row in found[:most]
        if row["kind"] in offered
    ]
    return DryRun(len(rows), len(found), trials, is_cut)


def rule_words(rule: Rule) -> dict[str, Any]:
    """A rule as sentences: `whens`, `every`, `some`, `acts`, each a list of words."""
    subject, offered = known_subject(rule.subject_type), whens_of(rule.subject_type)
    if subject is None:
        return {"whens": [], "every": [], "some": [], "acts": []}
    return {
        "whens": [str(offered[kind].label) for kind in rule.whens if kind in offered],
        "every": [condition_words(subject, rule.whens, each) for each in rule.conditions.get("all", ())],
        "some": [condition_words(subject, rule.whens, each) for each in rule.conditions.get("any", ())],
        "acts": acts_words(rule.subject_type, rule.actions),
    }


def condition_words(subject: SubjectKind, whens: Sequence[str], condition: Mapping[str, Any]) -> str:
    asked = askable(subject, whens).get(condition["field"])
    if asked is None:
        return _("something that is no longer known")
    op = dict(OPERATORS[asked.kind]).get(condition["op"], condition["op"])
    if condition["op"] in NEEDS_NO_VALUE:
        return f"{asked.label} {op}"
    return f"{asked.label} {op} {value_words(asked, condition.get('value'))}"


def acts_words(subject_type: str, actions: Sequence[Mapping[str, Any]]) -> list[str]:
    """Acts as people read them: "Set the priority: urgent"."""
    known = actions_of(subject_type)
    told = []
    for each in actions:
        action = known.get(each["key"])
        if action is None:
            told.append(_("something that is no longer known"))
            continue
        values = [value_words(param, each.get("params", {}).get(param.key)) for param in action.params]
        told.append(
            _("%(act)s: %(values)s") % {"act": action.label, "values": _(", ").join(values)} if values else str(action.label)
        )
    return told


def value_words(asked: Field, value: Any) -> str:
    """A stored value in the reader's language."""
    if asked.kind == "yes_no":
        return _("Yes") if value == "yes" else _("No")
    if asked.kind == "choice" and asked.choices:
        return str({str(key): label for key, label in asked.choices()}.get(str(value), value))
    return f"{value} {asked.unit}".strip()
