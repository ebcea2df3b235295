"""Notices: told in the reader's language, counted, read, heard live."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext_lazy, override

from lingting.demo.world import World
from lingting.kernel.accounts.models import Account
from lingting.kernel.notices import jobs, registry
from lingting.kernel.notices.models import Notice
from lingting.kernel.notices.selectors import unread_count
from lingting.kernel.notices.services import mark_read, tell
from lingting.kernel.timeline.models import Entry

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture(autouse=True)
def words():
    registry.register_text("test.hello", "%(name)s greets %(other)s", icon="at")
    registry.register_text("test.made", lambda params: f"made of {params['n']}")
    yield
    registry._words.pop("test.hello")
    registry._words.pop("test.made")


@pytest.fixture
def reader(world: World) -> Account:
    return world.newcomer


def browser(account: Account) -> Client:
    client = Client(**LOCAL)
    client.force_login(account)
    return client


def test_a_notice_rings_its_readers_bell_only(reader: Account, now: datetime) -> None:
    notice = tell(reader, code="test.hello", params={"name": "周敏"}, url="/desk/", now=now)
    entry = Entry.objects.get(kind="NoticeTold", subject_id=notice.pk)
    assert entry.topics == [f"account:{reader.pk}"]
    assert unread_count(reader) == 1


def test_words_come_from_the_registry_and_survive_missing_params() -> None:
    assert registry.text_of("test.hello", {"name": "周敏", "other": "林晓"}) == "周敏 greets 林晓"
    assert registry.text_of("test.hello", {"name": "周敏"}) == "周敏 greets –"
    assert registry.text_of("test.made", {"n": 3}) == "made of 3"
    assert registry.text_of("unknown.code", {}) == "unknown.code"


def test_words_are_in_the_readers_language() -> None:
    registry.register_text("test.hello", gettext_lazy("Notices"))
    with override("en"):
        english = registry.text_of("test.hello", {})
    with override("zh-hans"):
        assert registry.text_of("test.hello", {}) != english


def test_the_bell_counts_and_opens(reader: Account, now: datetime) -> None:
    for number in range(3):
        tell(reader, code="test.hello", params={"name": f"n{number}", "other": "x"}, now=now)
    client = browser(reader)
    assert client.get(reverse("notices:bell")).context["unread"] == 3
    page = client.get(reverse("notices:latest")).content.decode()
    assert page.index("n2 greets") < page.index("n0 greets")


def test_following_a_notice_marks_it_read_and_leads_there(reader: Account, now: datetime) -> None:
    notice = tell(reader, code="test.hello", params={}, url="/me/", now=now)
    assert browser(reader).get(reverse("notices:notice", args=[notice.pk])).url == "/me/"
    assert unread_count(reader) == 0


def test_a_notice_never_leads_elsewhere(reader: Account, now: datetime) -> None:
    notice = tell(reader, code="test.hello", params={}, url="https://evil.example/", now=now)
    assert browser(reader).get(reverse("notices:notice", args=[notice.pk])).url == reverse("notices:notices")


def test_nobody_reads_anothers_notices(world: World, now: datetime) -> None:
    notice = tell(world.experienced, code="test.hello", params={"name": "secret"}, url="/me/", now=now)
    client = browser(world.newcomer)
    assert client.get(reverse("notices:notice", args=[notice.pk])).status_code == 404
    assert "secret" not in client.get(reverse("notices:notices")).content.decode()
    assert mark_read(world.newcomer, now=now) == 0


def test_all_are_marked_read_at_once(reader: Account, now: datetime) -> None:
    for _number in range(3):
        tell(reader, code="test.made", params={"n": 1}, now=now)
    client = browser(reader)
    assert client.post(reverse("notices:reading"), HTTP_HX_REQUEST="true").context["unread"] == 0
    assert not client.get(reverse("notices:notices") + "?show=unread").context["lines"]


def test_old_notices_go_and_unread_ones_stay_longer(reader: Account, now: datetime) -> None:
    ages = {"read long ago": (90, 80), "read lately": (90, 3), "unread": (90, None), "ancient": (400, None)}
    for name, (told, read) in ages.items():
        notice = tell(reader, code="test.hello", params={"name": name}, now=now - timedelta(days=told))
        Notice.objects.filter(pk=notice.pk).update(read_at=None if read is None else now - timedelta(days=read))
    jobs.forget_old_notices(now=now)
    assert {notice.params["name"] for notice in Notice.objects.all()} == {"read lately", "unread"}
