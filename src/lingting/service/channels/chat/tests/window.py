"""What a customer does in the widget's window, and what a test looks at there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from lingting.service.desk.models import Conversation


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.locator(".launcher").click()
    return page


def say(page: Page, text: str) -> None:
    page.locator("textarea.say").fill(text)
    page.locator("textarea.say").press("Enter")


def state_of(page: Page) -> Locator:
    return page.locator(".is-own .meta").last


def only_conversation() -> Conversation:
    return Conversation.objects.get()


def eventually(find: Callable[[], Any], page: Page) -> Any:
    """What the server has after a moment; the page goes on running meanwhile."""
    for _ in range(100):
        found = find()
        if found:
            return found
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")
