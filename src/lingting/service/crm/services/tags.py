"""Tiers, tags, and which customers carry them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, Invalid
from lingting.service.crm.events import CustomerTagged
from lingting.service.crm.models import Customer, CustomerTag, Tier

LONGEST_TAG = 40
MOST_TAGS = 20


class BadTag(Invalid):
    """A tag needs a short name, and there may not be too many on one customer."""

    code = "bad_tag"


class TierInUse(Conflict):
    """Customers stand in this tier."""

    code = "tier_in_use"


@transaction.atomic
def save_tier(name_zh: str, *, name_en: str, rank: int, priority: int, tier_id: int | None = None) -> Tier:
    """Makes or changes a tier. `rank` orders them, `priority` is how far work of its customers moves forward."""
    tier = Tier.objects.select_for_update().get(pk=tier_id) if tier_id else Tier(key=_key_of(name_en or name_zh))
    tier.name_zh, tier.name_en, tier.rank, tier.priority = name_zh.strip(), name_en.strip(), rank, priority
    tier.save()
    return tier


@transaction.atomic
def delete_tier(tier_id: int) -> None:
    """Takes away a tier nobody stands in. Raises `TierInUse`."""
    count = Customer.objects.filter(tier_id=tier_id).count()
    if count:
        raise TierInUse(_("%(count)s customers stand in this tier. Give them another one first.") % {"count": count})
    try:
        Tier.objects.filter(pk=tier_id).delete()
    except ProtectedError as error:
        raise TierInUse(_("This tier is used elsewhere. Change that first.")) from error


@transaction.atomic
def save_tag(name_zh: str, *, name_en: str, tag_id: int | None = None) -> CustomerTag:
    """Makes or renames a tag of customers."""
    tag = CustomerTag.objects.select_for_update().get(pk=tag_id) if tag_id else CustomerTag(key=_key_of(name_en or name_zh))
    tag.name_zh, tag.name_en = name_zh.strip(), name_en.strip()
    tag.save()
    return tag


@transaction.atomic
def delete_tag(tag_id: int) -> int:
    """Takes a tag away from everywhere; returns from how many customers."""
    tag = CustomerTag.objects.filter(pk=tag_id).first()
    if tag is None:
        return 0
    count: int = tag.customers.count()
    tag.delete()
    return count


@transaction.atomic
def set_customer_tags(customer: Customer, *, names: Iterable[str], actor: Actor, now: datetime) -> bool:
    """Exactly these tags, by name in either language; unknown names become tags. Raises `BadTag`. Locks the customer."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    wanted = tags_named(names)
    before = list(customer.tags.order_by("id"))
    if {tag.pk for tag in wanted} == {tag.pk for tag in before}:
        return False
    customer.tags.set(wanted)
    Customer.objects.filter(pk=customer.pk).update(updated_at=now)
    fact = CustomerTagged(customer_id=customer.pk, before=[tag.name_zh for tag in before], after=[tag.name_zh for tag in wanted])
    record(fact, actor=actor, now=now)
    return True


def tags_named(names: Iterable[str]) -> Sequence[CustomerTag]:
    """The tags of these names, each once, made where missing. Raises `BadTag`."""
    asked = list(dict.fromkeys(name for name in (" ".join(text.replace("\x00", "").split()) for text in names) if name))
    if len(asked) > MOST_TAGS:
        raise BadTag(_("Give a customer at most %(count)s tags.") % {"count": MOST_TAGS})
    known: dict[str, CustomerTag] = {}
    for tag in CustomerTag.objects.order_by("-id"):
        known |= {tag.name_zh.casefold(): tag, **({tag.name_en.casefold(): tag} if tag.name_en else {})}
    found: dict[int, CustomerTag] = {}
    for name in asked:
        if len(name) > LONGEST_TAG:
            raise BadTag(_("Shorten the tag “%(name)s” to %(count)s characters.") % {"name": name[:60], "count": LONGEST_TAG})
        named = known.get(name.casefold())
        if named is None:
            named = known[name.casefold()] = CustomerTag.objects.create(key=_key_of(name), name_zh=name)
        found[named.pk] = named
    return list(found.values())


def _key_of(name: str) -> str:
    """A key from the name, with a tail that keeps it unique."""
    return f"{slugify(name)[:32] or 'x'}-{secrets.token_hex(3)}"
