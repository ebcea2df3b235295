"""Every page of the menu, as its readers see it: opens, nothing axe complains about, no sideways scroll on the phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from journey_centre import Centre
from journey_people import Staff
from playwright.sync_api import Browser, Page

import lingting.platform.ui

AXE = Path(lingting.platform.ui.__file__).parent / "static" / "vendor" / "axe" / "axe.min.js"
_COMPLAINTS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(one => `${one.id}: ${one.nodes[0].target}`)"""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_menu_is_accessible_and_fits_the_phone(centre: Centre, browser: Browser, scheme: str) -> None:
    """The administrator's menu, which holds every entry; in light also the first thing each list leads to."""
    context = browser.new_context(locale="zh-CN", color_scheme=scheme, viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    Staff(page, url=centre.url, login="wulang").sign_in()
    menu = _addresses(page, ".lt-nav-line")
    page.goto(f"{centre.url}/settings/")
    menu = list(dict.fromkeys([*menu, *_addresses(page, ".lt-settings a")]))
    assert len(menu) > 30
    problems, seen = [], set(menu)
    for address in menu:
        problems += _problems(page, address)
        first = page.locator("[data-href]").first.get_attribute("data-href") if page.locator("[data-href]").count() else None
        if scheme == "light" and first and centre.url + first not in seen:
            seen.add(centre.url + first)
            problems += _problems(page, centre.url + first)
    context.close()
    assert problems == []


def _addresses(page: Page, selector: str) -> list[str]:
    found: list[str] = page.locator(selector).evaluate_all("links => links.map(link => link.href)")
    return found


def _problems(page: Page, address: str) -> list[str]:
    """What is wrong with a page, in words."""
    page.set_viewport_size({"width": 1440, "height": 900})
    answer = page.goto(address)
    page.wait_for_selector("html[data-ready]")
    found = [] if answer and answer.status == 200 else [f"status {answer and answer.status}"]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found += page.evaluate(_COMPLAINTS)
    page.set_viewport_size({"width": 390, "height": 844})
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways at 390 px")
    return [f"{address} {one}" for one in found]
