"""Every operation of the API, called with fitting and unfitting input: no server error, nothing undocumented."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

import pytest
from django.test import Client

from lingting.config.wsgi import application
from lingting.demo.world import build_world
from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.services.tokens import issue_token
from lingting.platform.rest import declared_scopes
from lingting.platform.rest.testing import explore_api
from lingting.service.channels.chat.models import Widget

BUDGET_SECONDS = 30


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("caller", ["staff", "visitor"])
def test_the_api_keeps_to_its_document(caller: str, now: datetime, client: Client) -> None:
    world = build_world(now=now, with_articles=False)
    headers = {"Authorization": f"Bearer {_staff_token(world.administrator.pk, now)}"}
    if caller == "visitor":
        opened = client.post(
            "/api/v1/chat/visits", {"widget": Widget.objects.get().key}, content_type="application/json"
        ).json()
        headers = {"Authorization": f"Visitor {opened['token']}"}
    findings = explore_api(application, headers=headers, budget_seconds=BUDGET_SECONDS, examples=12)
    assert not findings.failures, "\n\n".join(findings.failures[:5])
    assert sum(findings.calls.values()) > 200 and findings.statuses.get(500, 0) == 0


def _staff_token(account_id: int, now: datetime) -> str:
    """A personal token with every scope."""
    import_module("lingting.config.urls")  # scopes are known once every router is imported
    owner = Account.objects.get(pk=account_id)
    _token, secret = issue_token(
        "contract", owner=owner, scopes=sorted(declared_scopes()), expires_at=None, by=owner, now=now
    )
    return secret
