"""A small centre with one chat: two queues that are always open, one that never is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from lingting.kernel.accounts.models import Account
from lingting.kernel.calendars.models import Calendar
from lingting.platform.rest.limits import forget_portions
from lingting.platform.ui.testing import shared_chromium
from lingting.service.channels.chat.models import Widget
from lingting.service.channels.chat.tests.callers import Caller
from lingting.service.channels.chat.tests.one_port import Site
from lingting.service.desk.models import Conversation, Queue
from lingting.service.feedback import foundation as feedback
from lingting.service.routing.models import QueueRule

SECRET = "a secret of at least thirty-two characters"
SHOP = "https://shop.example"
PATIENCE_MS = 20_000


@dataclass
class Browser:
    """A visitor's browser: calls the API as the widget does."""

    widget: str
    client: Client = field(default_factory=Client)
    token: str = ""
    origin: str = SHOP
    language: str = "en"

    def open(self, **given: Any) -> dict[str, Any]:
        answer = self.post("visits", widget=self.widget, token=self.token, language=self.language, **given)
        assert answer.status_code == 200, answer.content
        self.token = answer.json()["token"]
        return answer.json()

    def begin(self, text: str = "Where is my parcel?", **given: Any) -> dict[str, Any]:
        answer = self.post("conversations", text=text, **({"client_key": str(uuid4())} | given))
        assert answer.status_code == 201, answer.content
        return answer.json()

    def say(self, conversation: int, text: str, **given: Any) -> Any:
        return self.post(f"conversations/{conversation}/messages", text=text, **({"client_key": str(uuid4())} | given))

    def read(self, conversation: int, after: int = 0) -> Any:
        return self.get(f"conversations/{conversation}?after={after}")

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/chat/{path}", headers=self._headers())

    def post(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
        return self.client.post(
            f"/api/v1/chat/{path}", json.dumps(body), content_type="application/json", headers=self._headers() | (headers or {})
        )

    def upload(self, file: Any) -> Any:
        return self.client.post("/api/v1/chat/files", {"file": file}, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        found = {"Origin": self.origin, "Accept-Language": self.language}
        return found | ({"Authorization": f"Visitor {self.token}"} if self.token else {})


def queue_with(key: str, *, is_open: bool) -> Queue:
    calendar = Calendar.objects.create(key=f"hours-{key}", name_zh=key, always_open=is_open)
    queue = Queue.objects.create(key=key, name_zh={"orders": "订单物流"}.get(key, key), name_en=key.title(), calendar=calendar)
    QueueRule.objects.create(queue=queue)
    return queue


@pytest.fixture(autouse=True)
def _no_portions() -> None:
    forget_portions()


@pytest.fixture
def widget(db: None) -> Widget:
    feedback.lay(now=timezone.now())
    queues = [queue_with("orders", is_open=True), queue_with("support", is_open=True), queue_with("night", is_open=False)]
    made = Widget.objects.create(
        key="shop", name_zh="商店", name_en="Shop", greeting_zh="您好", greeting_en="Hello", closed_zh="已下班", closed_en="Closed",
        default_queue=queues[0], secret=SECRET,
    )
    made.queues.set(queues)
    return made


@pytest.fixture
def new_browser(widget: Widget) -> Callable[..., Browser]:
    def make(*, is_open: bool = True, **given: Any) -> Browser:
        browser = Browser(widget.key, **given)
        if is_open:
            browser.open()
        return browser

    return make


@pytest.fixture
def browser(new_browser: Callable[..., Browser]) -> Browser:
    return new_browser()


@pytest.fixture
def agent(db: None) -> Account:
    return Account.objects.create(login="lin.xiao", display_name="林晓")


def identity(sub: str, *, secret: str = SECRET, lives: timedelta = timedelta(hours=1), **claims: Any) -> str:
    return jwt.encode({"sub": sub, "exp": int((timezone.now() + lives).timestamp()), **claims}, secret, algorithm="HS256")


def conversation_of(answer: dict[str, Any]) -> Conversation:
    return Conversation.objects.get(pk=answer["id"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    # Playwright's own loop runs in this thread; the tests themselves are not asynchronous.
    with pytest.MonkeyPatch.context() as patch, shared_chromium() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser


@pytest.fixture(scope="module")
def address(django_db_setup: None, django_db_blocker: Any) -> str:
    found = connection.settings_dict
    login = found["USER"] + (f":{found['PASSWORD']}" if found["PASSWORD"] else "")
    return f"postgresql://{login}@/{found['NAME']}?host={found['HOST']}&port={found['PORT']}"


@pytest.fixture(scope="module")
def site(address: str) -> Iterator[Site]:
    running = Site({"DATABASE_URL": address})
    running.start()
    yield running
    running.stop()


@pytest.fixture
def callers(site: Site, widget: Widget) -> Callable[[int], list[Caller]]:
    def make(count: int) -> list[Caller]:
        made = [Caller(site.port).begin() for _number in range(count)]
        made[0].say("the first takes the ordinary road and lends its headers")
        return made

    return make


@pytest.fixture
def shop(chromium: Chromium, widget: Widget) -> Widget:
    Widget.objects.update(key="demo-shop", is_demo=True)
    widget.refresh_from_db()
    return widget


@pytest.fixture
def new_page(chromium: Chromium, shop: Widget) -> Iterator[Callable[..., Page]]:
    contexts = []

    def make(**given: Any) -> Page:
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", "reduced_motion": "reduce"} | given))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        return page

    yield make
    for context in contexts:
        context.close()
