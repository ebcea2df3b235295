"""A centre without the demo: its first page makes the administrator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from journey_centre import Centre
from playwright.sync_api import Page, expect


@pytest.fixture
def empty_centre() -> Iterator[Centre]:
    running = Centre(is_demo=False)
    running.start()
    yield running
    running.stop()


def test_the_first_page_of_an_empty_centre_makes_its_administrator(empty_centre: Centre, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(empty_centre.url)
    expect(page).to_have_url(re.compile("/first-administrator/"))
    page.locator("input[name=login]").fill("wang.fang")
    page.locator("input[name=display_name]").fill("王芳")
    page.locator("input[name=password]").fill("a long and quiet river")
    if page.locator("input[name=again]").count():
        page.locator("input[name=again]").fill("a long and quiet river")
    page.locator("form button.btn-primary").click()
    expect(page).not_to_have_url(re.compile("/first-administrator/"))
    expect(page.locator("#navigation")).to_be_visible()
    page.goto(f"{empty_centre.url}/first-administrator/")
    expect(page).not_to_have_url(re.compile("/first-administrator/"))
