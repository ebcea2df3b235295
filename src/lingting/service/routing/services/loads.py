"""How much a contact weighs and how much room a person has left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import QuerySet, Sum

from lingting.platform.database.composed import composed
from lingting.platform.database.remembering import remembered
from lingting.service.routing.models import AgentCapacity, Assignment, ChannelLoad, Offer

DEFAULT_CAPACITY = 3
EXCLUSIVE_CHANNELS = frozenset({"voice"})


@dataclass(frozen=True)
class Load:
    """The weight of one contact of a channel; an exclusive one takes everything."""

    weight: int
    is_exclusive: bool


@dataclass(frozen=True)
class Room:
    """A person's capacity and what is in hand or on offer."""

    total: int
    used: int
    has_exclusive: bool

    def takes(self, load: Load) -> bool:
        if self.has_exclusive:
            return False
        if load.is_exclusive:
            return self.used == 0 and self.total > 0
        return self.used + load.weight <= self.total

    def with_load(self, load: Load) -> Room:
        """The room that is left with one more contact in it."""
        return Room(self.total, self.used + load.weight, self.has_exclusive or load.is_exclusive)


@remembered(ChannelLoad)
def channel_loads() -> Mapping[str, Load]:
    """What the centre set, by channel; for the others see `default_load`."""
    return {row.pk: Load(max(1, row.weight), row.is_exclusive) for row in ChannelLoad.objects.all()}


def default_load(channel: str) -> Load:
    """Where nothing is set: a call is exclusive, anything else weighs 1."""
    return Load(1, channel in EXCLUSIVE_CHANNELS)


def load_of(channel: str) -> Load:
    """The weight of one contact of a channel."""
    return channel_loads().get(channel) or default_load(channel)


def rooms_of(account_ids: Collection[int]) -> dict[int, Room]:
    """What each of these people can still take, open offers counted as taken; three small queries."""
    asked = list(account_ids)
    totals = dict(_capacities(asked))
    rooms = {each: Room(totals.get(each, DEFAULT_CAPACITY), 0, False) for each in account_ids}
    for account_id, weight, has_exclusive in _in_hand(asked):
        rooms[account_id] = rooms[account_id].with_load(Load(weight, has_exclusive))
    loads = channel_loads()
    for account_id, channel in _on_offer(asked):
        rooms[account_id] = rooms[account_id].with_load(loads.get(channel) or default_load(channel))
    return rooms


@composed
def _capacities(account_ids: list[int]) -> QuerySet[AgentCapacity, tuple[int, int]]:
    return AgentCapacity.objects.filter(pk__among=account_ids).values_list("pk", "total")


@composed
def _in_hand(account_ids: list[int]) -> QuerySet[Assignment, tuple[int, int, bool]]:
    held = Assignment.objects.filter(account_id__among=account_ids, released_at=None).order_by()
    return held.values("account_id").annotate(load=Sum("weight"), has_one=BoolOr("is_exclusive")).values_list(
        "account_id", "load", "has_one"
    )


@composed
def _on_offer(account_ids: list[int]) -> QuerySet[Offer, tuple[int, str]]:
    return Offer.objects.filter(account_id__among=account_ids, decided_at=None).values_list("account_id", "contact__channel")
