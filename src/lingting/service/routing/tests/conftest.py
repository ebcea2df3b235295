"""A floor to route on: the demo centre, people at their desks, customers who wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from lingting.demo.world import World
from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.desk.services import open_case, start_conversation
from lingting.service.routing.models import Contact
from lingting.service.routing.services import become_ready, enqueue


@pytest.fixture
def arrive(world: World, now: datetime) -> Callable[..., Contact]:
    """`arrive("support")`: a customer opens a chat that begins to wait."""

    def arriving(queue: str = "support", *, customer: str | None = None, at: datetime = now, priority: int = 3) -> Contact:
        from lingting.service.crm.models import Customer

        person = world.customer(customer) if customer else Customer.objects.order_by("tier__priority", "pk")[0]
        case = open_case(
            person.pk, queue_id=world.queue(queue).pk, channel="chat", actor=SYSTEM, now=at, subject="净水器漏水", priority=priority
        )
        conversation = start_conversation(case.pk, channel="chat", now=at)
        return enqueue(conversation.pk, actor=SYSTEM, now=at)

    return arriving


@pytest.fixture
def at_desk(world: World, now: datetime) -> Callable[..., Account]:
    """`at_desk("linxiao")`: signs in and is ready."""

    def sitting_down(login: str, *, at: datetime = now) -> Account:
        account = world.account(login)
        become_ready(account.pk, actor=account.as_actor, now=at)
        return account

    return sitting_down
