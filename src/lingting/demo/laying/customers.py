"""The hand-written customers, with tiers and contact points."""

from __future__ import annotations

from datetime import datetime

from lingting.demo import content
from lingting.platform.search import joined_vector
from lingting.service.crm.models import ContactPoint, Customer, CustomerTag, Tier

_ENGLISH = {"ordinary": "Ordinary", "silver": "Silver", "gold": "Gold", "vip": "VIP"}
_CHINESE = {"ordinary": "普通会员", "silver": "银卡会员", "gold": "金卡会员", "vip": "VIP"}


def lay_tiers() -> dict[str, Tier]:
    """The four membership tiers; VIP work goes four minutes ahead."""
    return {
        key: Tier.objects.update_or_create(
            key=key,
            defaults={"name_zh": _CHINESE[key], "name_en": _ENGLISH[key], "rank": rank, "priority": points // 10},
        )[0]
        for rank, (key, points) in enumerate(content.queue_plan().tier_priority.items())
    }


def lay(*, now: datetime) -> None:
    tiers = lay_tiers()
    people = content.customers()
    laid = Customer.objects.bulk_create(
        Customer(
            name=person.name, tier=tiers[person.tier], language=str(person.language), city=person.city,
            company=person.name if person.is_dealer else "", remarks=f"{person.needs}\n{person.note}".strip(),
            external_id=f"demo-{person.key}", created_at=now, updated_at=now, is_demo=True,
            vector=joined_vector([(person.name, "A"), (f"{person.phone} {person.email} {person.city}", "")]),
        )
        for person in people
    )  # fmt: skip
    points = []
    tags: dict[str, CustomerTag] = {}
    for person, customer in zip(people, laid, strict=True):
        if person.phone:
            points.append(ContactPoint(customer=customer, kind="phone", value=person.phone, is_preferred=True, created_at=now))
        if person.email:
            points.append(ContactPoint(customer=customer, kind="email", value=person.email.lower(), created_at=now))
        for tag in person.tags:
            if tag not in tags:
                tags[tag] = CustomerTag.objects.get_or_create(key=f"demo-{len(tags) + 1}", defaults={"name_zh": tag})[0]
            customer.tags.add(tags[tag])
    ContactPoint.objects.bulk_create(points)
