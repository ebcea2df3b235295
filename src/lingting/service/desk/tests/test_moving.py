"""Merging two customers moves their cases, and undoing gives exactly those back."""

from __future__ import annotations

from datetime import datetime

from lingting.demo.world import World
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.crm.models import Customer
from lingting.service.crm.services import merge_customers, undo_merge
from lingting.service.desk.models import Case
from lingting.service.desk.services import open_case


def test_cases_follow_a_merge_and_its_undoing(world: World, now: datetime) -> None:
    kept, absorbed = Customer.objects.order_by("pk")[:2]
    own, moved = (
        open_case(customer.pk, queue_id=world.queue("orders").pk, channel="chat", actor=SYSTEM, now=now)
        for customer in (kept, absorbed)
    )
    boss = world.supervisor
    merge = merge_customers(kept.pk, absorbed_id=absorbed.pk, actor=boss.as_actor, now=now)
    assert set(Case.objects.filter(customer=kept).values_list("pk", flat=True)) == {own.pk, moved.pk}
    undo_merge(merge.pk, actor=boss.as_actor, now=now)
    assert Case.objects.get(pk=moved.pk).customer_id == absorbed.pk
    assert Case.objects.get(pk=own.pk).customer_id == kept.pk
