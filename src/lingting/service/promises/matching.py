"""Which policy holds for a case: the first, in their order, whose every condition holds."""

from __future__ import annotations

from django.db.models import Prefetch

from lingting.service.crm.models import Tier
from lingting.service.desk.models import Case, CaseType, Priority, Queue
from lingting.service.promises.models import Policy


def policies() -> list[Policy]:
    """The policies in use with what they ask for: four queries."""
    wanted = (
        Prefetch("types", CaseType.objects.only("pk", "name_zh", "name_en")),
        Prefetch("tiers", Tier.objects.only("pk", "name_zh", "name_en")),
        Prefetch("queues", Queue.objects.only("pk", "name_zh", "name_en")),
    )
    return list(Policy.objects.filter(is_active=True).prefetch_related(*wanted).order_by("order", "id"))


def policy_for(case: Case) -> Policy | None:
    return next((policy for policy in policies() if holds_for(policy, case)), None)


def holds_for(policy: Policy, case: Case) -> bool:
    types, tiers, queues = ({each.pk for each in rows.all()} for rows in (policy.types, policy.tiers, policy.queues))
    return (
        (not types or case.type_id in types)
        and (not tiers or case.customer.tier_id in tiers)
        and (not queues or case.queue_id in queues)
        and (not policy.channels or case.channel in policy.channels)
        and (not policy.priorities or case.priority in policy.priorities)
    )


def because(policy: Policy, case: Case) -> dict[str, str]:
    """What about the case made the policy hold, in Chinese names; empty: it holds for everything."""
    why: dict[str, str] = {}
    if policy.types.all() and case.type:
        why["type"] = case.type.name_zh
    if policy.tiers.all() and case.customer.tier:
        why["tier"] = case.customer.tier.name_zh
    if policy.queues.all():
        why["queue"] = case.queue.name_zh
    if policy.channels:
        why["channel"] = case.channel
    if policy.priorities:
        why["priority"] = str(Priority(case.priority).value)
    return why
