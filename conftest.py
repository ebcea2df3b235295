"""Fixtures of the whole house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import settings

from lingting.config.collect import collect
from lingting.demo.world import World, build_world
from lingting.platform.rest.limits import forget_portions

# Busy machines are slow, not wrong: no property fails for its time.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(autouse=True, scope="session")
def _manifests() -> None:
    """Roles and navigation speak of what the manifests declare."""
    collect()


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """What one test spent of a rate limit, held in memory, is not the next one's concern."""
    forget_portions()


@pytest.fixture(autouse=True)
def _language_of_the_house() -> Iterator[None]:
    """What a test that activates a language leaves behind is not the next one's concern."""
    yield
    translation.deactivate()


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in Chengdu: 2026-11-17 10:00."""
    return datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


@pytest.fixture
def world(db: None, now: datetime) -> World:
    """The demo centre without its articles: forty people, six queues, sixty customers."""
    return build_world(now=now, with_articles=False)


@pytest.fixture(autouse=True)
def _empty_unmanaged_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """Django's flush after a transactional test passes over tables that are no managed models."""
    mark = request.node.get_closest_marker("django_db")
    is_transactional = (mark is not None and mark.kwargs.get("transaction")) or "transactional_db" in request.fixturenames
    if not is_transactional:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE timeline_entry, procrastinate_jobs, rest_bucket CASCADE")
