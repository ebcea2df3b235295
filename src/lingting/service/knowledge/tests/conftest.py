from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from lingting.demo.world import World
from lingting.kernel.accounts.models import Account
from lingting.service.knowledge.tests.scene import Library, library

SignIn = Callable[[Account], Client]


@pytest.fixture
def sign_in(world: World) -> SignIn:
    """A browser in which somebody of the cast is signed in, in English."""

    def enter(account: Account) -> Client:
        Account.objects.filter(pk=account.pk).update(language="en")
        client = Client()
        client.force_login(account)
        return client

    return enter


@pytest.fixture
def books(world: World, now: datetime) -> Library:
    return library(actor=world.knowledge_editor.as_actor, now=now)
