"""Hundreds of generated customers beside the hand-written ones."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from lingting.demo import content
from lingting.platform.search import joined_vector
from lingting.service.crm.models import ContactPoint, Customer, Tier

SIZE = 1200


def lay_crowd(rng: random.Random, *, now: datetime) -> list[tuple[int, str, str]]:
    """Makes the crowd; returns (id, name, language) of every demo customer."""
    pools = content.customer_pools()
    tiers = {tier.key: tier for tier in Tier.objects.all()}
    keys, weights = zip(*pools.tier_shares.items(), strict=True)
    taken = set(ContactPoint.objects.filter(kind="phone").values_list("value", flat=True))
    free = [phone for phone in (f"{pools.phone_prefix}{number:04d}" for number in range(10_000)) if phone not in taken]
    people = []
    for number in range(SIZE):
        is_english = rng.random() < pools.english_share
        if is_english:
            name = f"{rng.choice(pools.english_given_names)} {rng.choice(pools.english_surnames)}"
        else:
            surnames = pools.compound_surnames if rng.random() < 0.02 else pools.surnames
            name = rng.choice(surnames) + rng.choice(pools.given_names)
        city = rng.choices(pools.cities, [city.weight for city in pools.cities])[0]
        made_at = now - timedelta(days=rng.uniform(61, 900))
        phone = free[number]
        people.append(
            (
                Customer(
                    name=name, tier=tiers[rng.choices(keys, weights)[0]], language="en" if is_english else "zh-hans",
                    city=city.name.en if is_english else city.name.zh, is_demo=True, external_id=f"demo-crowd-{number}",
                    created_at=made_at, updated_at=made_at,
                    vector=joined_vector([(name, "A"), (f"{city.name.zh} {city.name.en} {phone}", "B")]),
                ),
                phone,
            )
        )  # fmt: skip
    made = Customer.objects.bulk_create([customer for customer, _phone in people], batch_size=400)
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(customer=customer, kind="phone", value=phone, is_preferred=True, created_at=customer.created_at)
            for customer, (_same, phone) in zip(made, people, strict=True)
        ],
        batch_size=400,
    )
    return list(Customer.objects.filter(is_demo=True).values_list("id", "name", "language"))
