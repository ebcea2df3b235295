"""Rules over the log: a durable reader, so each rule answers each fact once, whatever dies in between."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.automation.conditions import holds
from lingting.kernel.automation.events import RulePaused
from lingting.kernel.automation.models import Firing, Outcome, Rule
from lingting.kernel.automation.registry import said_by
from lingting.kernel.automation.services.acting import perform
from lingting.kernel.notices.services import tell
from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.registry import known_subject
from lingting.kernel.timeline.services import ReadEntry, consume, record
from lingting.platform.refusals import Refusal

READER = "automation"
MOST_DEPTH = 5
MOST_FIRINGS_AN_HOUR = 20
_log = logging.getLogger(__name__)


def run_rules(*, now: datetime, batch: int = 200) -> int:
    """Answers the facts that no rule has seen yet; returns how many were read. Call again until it returns 0."""
    return consume(READER, lambda entries: _answer(entries, now=now), now=now, batch=batch)


def _answer(entries: Sequence[ReadEntry], *, now: datetime) -> None:
    rules = list(Rule.objects.filter(is_active=True, paused_at=None).order_by("order", "id"))
    wanted = {(rule.subject_type, kind) for rule in rules for kind in rule.whens}
    for entry in entries:
        if (entry.subject_type, entry.kind) in wanted:
            _answer_one(entry, rules=[rule for rule in rules if _looks_at(rule, entry)], now=now)


def _looks_at(rule: Rule, entry: ReadEntry) -> bool:
    """A rule never answers what it did itself."""
    is_own = entry.actor_kind == "rule" and entry.actor_id == rule.pk
    return rule.subject_type == entry.subject_type and entry.kind in rule.whens and not is_own


def _answer_one(entry: ReadEntry, *, rules: Sequence[Rule], now: datetime) -> None:
    for rule in rules:
        if rule.paused_at is not None:
            continue
        values = values_for(entry)
        if values is None or not holds(rule.conditions, values):
            continue
        depth = _depth(entry)
        if depth >= MOST_DEPTH:
            _pause(rule, _("rules answered one another %(times)s times in a row") % {"times": MOST_DEPTH}, now=now)
            continue
        if _fired_lately(rule, entry, now=now) >= MOST_FIRINGS_AN_HOUR:
            times = {"times": MOST_FIRINGS_AN_HOUR}
            _pause(rule, _("it answered the same thing %(times)s times within an hour") % times, now=now)
            continue
        _fire(rule, entry, depth=depth, now=now)
        if rule.stops:
            return


def values_for(entry: ReadEntry) -> dict[str, Any] | None:
    """What conditions see: the thing as it is now, and what the fact says as `fact.<name>`. None: it is gone."""
    subject = known_subject(entry.subject_type)
    values = subject.read([entry.subject_id]).get(entry.subject_id) if subject else None
    if subject is None or values is None:
        return None
    return values | said_by(entry.subject_type, entry.kind, [entry.data])[0]


def _fire(rule: Rule, entry: ReadEntry, *, depth: int, now: datetime) -> None:
    actor = Actor("rule", rule.pk, rule.name_zh)
    outcome, message = Outcome.DONE, ""
    try:
        with transaction.atomic():
            perform(rule.subject_type, entry.subject_id, actions=rule.actions, actor=actor, now=now)
    except Refusal as refusal:
        outcome, message = Outcome.REFUSED, str(refusal)
    except Exception as error:  # noqa: BLE001 - an entry point: one rule's bug must not stop the others
        _log.exception("rule %s failed on entry %s", rule.pk, entry.id)
        outcome, message = Outcome.FAILED, f"{type(error).__name__}: {error}"[:500]
    Firing.objects.create(
        rule=rule, entry_id=entry.id, when=entry.kind, subject_type=entry.subject_type, subject_id=entry.subject_id,
        depth=depth, outcome=outcome, message=message, fired_at=now,
    )  # fmt: skip


def _depth(entry: ReadEntry) -> int:
    """How many rules stand behind a fact: 0 for what people, customers and machines did."""
    if entry.actor_kind != "rule" or entry.actor_id is None:
        return 0
    cause = Firing.objects.filter(
        rule_id=entry.actor_id, subject_type=entry.subject_type, subject_id=entry.subject_id
    ).order_by("-id").values_list("depth", flat=True).first()  # fmt: skip
    return (cause or 0) + 1


def _fired_lately(rule: Rule, entry: ReadEntry, *, now: datetime) -> int:
    return Firing.objects.filter(
        rule=rule, subject_type=entry.subject_type, subject_id=entry.subject_id, fired_at__gt=now - timedelta(hours=1)
    ).count()


def _pause(rule: Rule, reason: str, *, now: datetime) -> None:
    rule.paused_at, rule.paused_reason = now, reason[:200]
    rule.save(update_fields=["paused_at", "paused_reason"])
    record(RulePaused(rule_id=rule.pk, reason=reason), actor=SYSTEM, now=now)
    if rule.made_by is not None:
        params = {"rule": rule.name_zh, "reason": reason}
        tell(rule.made_by, code="automation.paused", params=params, url=f"/settings/automation/{rule.pk}/", now=now)
