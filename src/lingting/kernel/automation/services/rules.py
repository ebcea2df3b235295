"""Keeping rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.automation.conditions import NEEDS_NO_VALUE, OPERATORS
from lingting.kernel.automation.models import Rule
from lingting.kernel.automation.registry import askable, whens_of
from lingting.kernel.automation.services.acting import checked_actions
from lingting.kernel.timeline.registry import Field, known_subject
from lingting.platform.refusals import Invalid


class BadRule(Invalid):
    """The rule cannot work as it is written."""

    code = "bad_rule"


@dataclass(frozen=True)
class RuleGiven:
    """A rule as somebody wrote it; see `Rule` for the shapes."""

    subject_type: str
    name_zh: str
    name_en: str = ""
    whens: Sequence[str] = ()
    conditions: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    actions: Sequence[Mapping[str, Any]] = ()
    order: int = 100
    stops: bool = False
    is_active: bool = False


@transaction.atomic
def save_rule(given: RuleGiven, *, account_id: int | None, now: datetime, rule_id: int | None = None) -> Rule:
    """Makes or changes a rule; a changed one is no longer paused. Raises `BadRule` or `BadAct` with what to mend."""
    subject = known_subject(given.subject_type)
    if subject is None:
        raise BadRule(_("Choose what the rule is about."))
    if not given.name_zh.strip():
        raise BadRule(_("Give the rule a Chinese name."))
    whens = [kind for kind in whens_of(subject.key) if kind in given.whens]
    if not whens:
        raise BadRule(_("Say when the rule looks: choose at least one event."))
    rule = Rule.objects.select_for_update().get(pk=rule_id) if rule_id else Rule(made_by_id=account_id)
    rule.subject_type, rule.whens = given.subject_type, whens
    rule.name_zh, rule.name_en = given.name_zh.strip()[:80], given.name_en.strip()[:80]
    rule.conditions = {
        part: [_checked(each, fields=askable(subject, whens)) for each in given.conditions.get(part, ())]
        for part in ("all", "any")
    }
    rule.actions = checked_actions(given.subject_type, given.actions)
    rule.order, rule.stops, rule.is_active = given.order, given.stops, given.is_active
    rule.changed_at, rule.paused_at, rule.paused_reason = now, None, ""
    rule.save()
    return rule


@transaction.atomic
def switch_rule(rule_id: int, *, is_active: bool, now: datetime) -> None:
    """Puts a rule in or out of use; putting it in use ends a pause."""
    Rule.objects.filter(pk=rule_id).update(is_active=is_active, paused_at=None, paused_reason="", changed_at=now)


def delete_rule(rule_id: int) -> None:
    """Forgets a rule and its log."""
    Rule.objects.filter(pk=rule_id).delete()


def _checked(condition: Mapping[str, Any], *, fields: Mapping[str, Field]) -> dict[str, Any]:
    asked = fields.get(condition.get("field", ""))
    if asked is None:
        raise BadRule(_("A condition asks for something that the chosen events do not say. Choose it again."))
    op, value = condition.get("op", ""), str(condition.get("value") or "").strip()[:300]
    if op not in dict(OPERATORS[asked.kind]):
        raise BadRule(_("Choose how “%(field)s” is to be compared.") % {"field": asked.label})
    if op in NEEDS_NO_VALUE:
        return {"field": condition["field"], "op": op}
    if not value:
        raise BadRule(_("Say what “%(field)s” is compared with.") % {"field": asked.label})
    if asked.kind == "number":
        try:
            float(value)
        except ValueError:
            raise BadRule(_("“%(field)s” is compared with a number.") % {"field": asked.label}) from None
    return {"field": condition["field"], "op": op, "value": value}
