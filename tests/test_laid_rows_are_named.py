"""What the program lays into a new centre stands in the change record under its own name, never under nobody's."""

from __future__ import annotations

import pytest

from lingting.config.foundation import lay_foundation
from lingting.demo import centre
from lingting.kernel.accounts.models import Account, Role
from lingting.platform.audit import selectors
from lingting.platform.audit.models import Change
from lingting.service.crm.models import Customer


@pytest.mark.django_db
def test_demo_and_foundation_are_named() -> None:
    Change.objects.all().delete()
    Account.objects.all().delete()
    Customer.objects.all().delete()
    Role.objects.filter(key="knowledge-editor").delete()
    Change.objects.all().delete()
    lay_foundation()
    centre.create(lambda sentence: None, days=0)
    laid = selectors.laid()
    assert laid["product"] >= 1 and laid["demo"] > 2_000
    assert not selectors.without_laid(Change.objects.all()).exists()
