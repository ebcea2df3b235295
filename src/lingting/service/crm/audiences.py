"""Who may listen live to a customer: staff who may see customers."""

from __future__ import annotations

from collections.abc import Collection

from lingting.kernel.accounts.models import Account
from lingting.platform.realtime.topics import key_of
from lingting.platform.realtime.visitors import Visitor
from lingting.service.crm.selectors import VIEW


def of_customers(visitor: Visitor, topics: frozenset[str]) -> Collection[str]:
    """Every asked `customer:<id>` for whoever may see customers, none for anybody else."""
    if not visitor.is_staff:
        return ()
    account = Account.objects.filter(pk=visitor.id, is_active=True).first()
    if account is None or not account.can(VIEW):
        return ()
    return {topic for topic in topics if key_of(topic).isdigit()}
