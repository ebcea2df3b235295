"""Who may listen live: to a case whoever may see it, to the desk whoever works at it."""

from __future__ import annotations

from lingting.kernel.accounts.models import Account
from lingting.platform.realtime.topics import key_of
from lingting.platform.realtime.visitors import Visitor
from lingting.service.desk import selectors


def of_cases(visitor: Visitor, topics: frozenset[str]) -> set[str]:
    """The asked `case:<id>` topics that a member of staff may hear."""
    account = _account(visitor)
    if account is None:
        return set()
    ids = {int(key) for topic in topics if (key := key_of(topic)).isdigit()}
    return {f"case:{case_id}" for case_id in selectors.visible_case_ids(account, ids)}


def of_the_desk(visitor: Visitor, topics: frozenset[str]) -> set[str]:
    """The topic `desk` (ids of cases that changed, no words) for everyone who may see some cases."""
    account = _account(visitor)
    return {"desk"} & topics if account is not None and account.can("desk.view_cases") else set()


def _account(visitor: Visitor) -> Account | None:
    if not visitor.is_staff:
        return None
    return Account.objects.filter(pk=visitor.id, is_active=True).first()
