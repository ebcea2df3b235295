"""Fixtures of the whole house."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lingting.config.collect import collect
from lingting.demo.world import World, build_world
from lingting.platform.rest.limits import forget_portions


@pytest.fixture(autouse=True, scope="session")
def _manifests() -> None:
    """Roles and navigation speak of what the manifests declare."""
    collect()


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """What one test spent of a rate limit, held in memory, is not the next one's concern."""
    forget_portions()


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in Chengdu: 2026-11-17 10:00."""
    return datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


@pytest.fixture
def world(db: None, now: datetime) -> World:
    """The demo centre without its articles: forty people, six queues, sixty customers."""
    return build_world(now=now, with_articles=False)
