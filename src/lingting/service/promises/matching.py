"""Which policy holds for a case: the first, in their order, whose every condition holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from lingting.platform.database.remembering import remembered
from lingting.service.crm.models import Tier
from lingting.service.desk.models import Case, CaseType, Priority, Queue
from lingting.service.promises.models import Policy


@dataclass(frozen=True, slots=True)
class Features:
    """What a policy may ask of a case, and how the case stands."""

    case_id: int
    type_id: int | None
    tier_id: int | None
    queue_id: int
    channel: str
    priority: int
    state: str
    opened_at: datetime
    is_merged: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy with what it asks for: Chinese names by id, nothing where it does not ask."""

    policy: Policy
    types: Mapping[int, str]
    tiers: Mapping[int, str]
    queues: Mapping[int, str]

    def holds_for(self, case: Features) -> bool:
        return (
            self.may_hold(type_id=case.type_id, queue_id=case.queue_id, channel=case.channel)
            and (not self.tiers or case.tier_id in self.tiers)
            and (not self.policy.priorities or case.priority in self.policy.priorities)
        )

    def may_hold(self, *, type_id: int | None, queue_id: int, channel: str) -> bool:
        """Whether it can hold for such a case, whatever its priority and its customer's tier."""
        return (
            (not self.types or type_id in self.types)
            and (not self.queues or queue_id in self.queues)
            and (not self.policy.channels or channel in self.policy.channels)
        )

    def because(self, case: Features) -> dict[str, str]:
        """What about the case made the policy hold, in Chinese names; empty: it holds for everything."""
        why: dict[str, str] = {}
        for key, names, pk in (
            ("type", self.types, case.type_id), ("tier", self.tiers, case.tier_id), ("queue", self.queues, case.queue_id),
        ):  # fmt: skip
            if names and pk is not None:
                why[key] = names[pk]
        if self.policy.channels:
            why["channel"] = case.channel
        if self.policy.priorities:
            why["priority"] = str(Priority(case.priority).value)
        return why


def rules_in_use() -> tuple[Rule, ...]:
    """The policies in use with what they ask for: four queries."""
    wanted = (
        Prefetch("types", CaseType.objects.only("pk", "name_zh")),
        Prefetch("tiers", Tier.objects.only("pk", "name_zh")),
        Prefetch("queues", Queue.objects.only("pk", "name_zh")),
    )
    found = Policy.objects.filter(is_active=True).prefetch_related(*wanted).order_by("order", "id")
    return tuple(
        Rule(policy, *({each.pk: each.name_zh for each in rows.all()} for rows in (policy.types, policy.tiers, policy.queues)))
        for policy in found
    )


@remembered(Policy, Policy.types.through, Policy.tiers.through, Policy.queues.through)
def recent_rules() -> tuple[Rule, ...]:
    """The same as they were at most two seconds ago: to see what need not be looked at."""
    return rules_in_use()


def features_of(case_ids: Iterable[int]) -> list[Features]:
    """The cases as policies see them, in the order of their ids: one query."""
    rows = Case.objects.filter(pk__in=case_ids).order_by("pk").values_list(
        "pk", "type_id", "customer__tier_id", "queue_id", "channel", "priority", "state", "opened_at", "merged_into_id"
    )
    return [Features(*row[:-1], is_merged=row[-1] is not None) for row in rows]


def rule_for(case: Features, *, among: Iterable[Rule]) -> Rule | None:
    return next((rule for rule in among if rule.holds_for(case)), None)
