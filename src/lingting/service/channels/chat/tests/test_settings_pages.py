"""Setting up widgets: who may, what is refused, what the host site copies."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.services import create_administrator
from lingting.service.channels.chat import foundation
from lingting.service.channels.chat.models import Widget
from lingting.service.channels.chat.tests.conftest import Browser, identity, queue_with
from lingting.service.desk.models import Queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client, django_capture_on_commit_callbacks: Any) -> Client:
    from lingting.kernel.accounts import foundation as accounts

    accounts.lay(now=timezone.now())
    account = create_administrator(login="root", display_name="Root", password="a long password 1", now=timezone.now())
    client.force_login(account)
    return client


def form(widget: Widget, **changes: Any) -> dict[str, Any]:
    given = {
        "name_zh": widget.name_zh, "name_en": widget.name_en, "colour": widget.colour, "greeting_zh": "您好", "greeting_en": "Hello",
        "default_queue": widget.default_queue_id, "queues": [queue.pk for queue in widget.queues.all()],
        "leave_contact_after_seconds": 120, "is_active": "on", "sites": "", "key": widget.key,
    }
    return given | changes


def test_strangers_sign_in_and_agents_are_refused(client: Client, widget: Widget, agent: Account) -> None:
    pages = ["/chat/widgets/", "/chat/widgets/new/", "/chat/widgets/shop/"]
    assert {client.get(page).status_code for page in pages} == {302}
    client.force_login(agent)
    assert {client.get(page).status_code for page in pages} == {403}
    assert client.post("/chat/widgets/shop/secret/").status_code == 403


def test_the_page_shows_the_line_to_copy(administrator: Client, widget: Widget) -> None:
    page = administrator.get("/chat/widgets/shop/").content.decode()
    assert "&lt;script src=&quot;http://testserver/chat/widget.js&quot; data-widget=&quot;shop&quot; async&gt;" in page
    assert "shop" in administrator.get("/chat/widgets/").content.decode()


def test_a_widget_is_changed_and_its_key_is_not(administrator: Client, widget: Widget) -> None:
    sites = "https://Shop.example/\nhttp://localhost:8080\nhttps://shop.example:443\n"
    answer = administrator.post("/chat/widgets/shop/", form(widget, colour="#AA3300", key="other", sites=sites))
    assert answer.status_code == 302
    widget.refresh_from_db()
    assert (widget.key, widget.colour) == ("shop", "#aa3300")
    assert widget.origins == ["https://shop.example", "http://localhost:8080"]


@pytest.mark.parametrize(
    "changes",
    [
        {"sites": "shop.example"}, {"sites": "https://shop.example/path"}, {"sites": "javascript:alert(1)"},
        {"sites": "https://a:b@shop.example"}, {"sites": "https://shop.example:port"}, {"colour": "red"}, {"name_zh": ""},
        {"leave_contact_after_seconds": "-1"}, {"default_queue": "999999"}, {"sites": "http://["},
    ],
)  # fmt: skip
def test_wrong_settings_are_refused_and_nothing_is_written(administrator: Client, widget: Widget, changes: dict[str, str]) -> None:
    answer = administrator.post("/chat/widgets/shop/", form(widget, **changes))
    assert answer.status_code == 422
    widget.refresh_from_db()
    assert (widget.origins, widget.colour, widget.name_zh) == ([], "#206bc4", "商店")


def test_a_new_widget_works_at_once(administrator: Client, widget: Widget) -> None:
    answer = administrator.post("/chat/widgets/new/", form(widget, key="second"))
    assert answer.status_code == 302
    made = Widget.objects.get(key="second")
    assert len(made.secret) >= 40
    assert Browser("second").open()["widget"]["name"] == "Shop"
    assert administrator.post("/chat/widgets/new/", form(widget, key="second")).status_code == 422


def test_a_replaced_secret_makes_old_identities_worthless(administrator: Client, widget: Widget, browser: Browser) -> None:
    old = identity("c-7")
    assert administrator.get("/chat/widgets/shop/secret/").status_code == 405
    assert administrator.post("/chat/widgets/shop/secret/").status_code == 302
    assert browser.post("visits", widget="shop", identity=old).status_code == 401


def test_the_foundation_makes_one_widget_when_there_is_a_queue() -> None:
    foundation.lay(now=timezone.now())
    assert not Widget.objects.exists()
    queue_with("orders", is_open=True)
    foundation.lay(now=timezone.now())
    foundation.lay(now=timezone.now())
    assert Widget.objects.get().key == "main"
    assert Widget.objects.get().default_queue == Queue.objects.get()
