"""The demo's departments and work orders can be laid."""

from __future__ import annotations

from datetime import datetime

import pytest

from lingting.demo.laying import orders
from lingting.demo.world import World
from lingting.service.desk.services import open_case
from lingting.service.workorders import foundation
from lingting.service.workorders.models import Department, WorkOrder


@pytest.mark.django_db
def test_a_dozen_orders_stand_in_every_state_and_are_marked_as_demo(world: World, now: datetime):
    foundation.lay(now=now)
    customer, queue = world.customer(_first_customer()), world.queue(_first_queue())
    for _each in range(14):
        open_case(
            customer.pk, queue_id=queue.pk, channel="chat", actor=world.newcomer.as_actor, now=now, assignee_id=world.newcomer.pk,
            is_demo=True,
        )  # fmt: skip
    assert orders.lay(seed=1, now=now) == 12
    assert set(WorkOrder.objects.values_list("state", flat=True)) == {"asked", "accepted", "returned", "answered", "cancelled"}
    assert all(department.members.exists() for department in Department.objects.all())
    assert all(WorkOrder.objects.values_list("is_demo", flat=True))


def _first_customer() -> str:
    from lingting.demo import content

    return content.customers()[0].key


def _first_queue() -> str:
    from lingting.service.desk.models import Queue

    key: str = Queue.objects.order_by("id").values_list("key", flat=True)[0]
    return key
