"""Makes the pictures of the READMEs from a running demo centre, in both languages.

    .venv/bin/lingting up                        # a fresh demo centre
    .venv/bin/lingting demo --live               # in another terminal, a few minutes, so that the floor moves
    .venv/bin/python scripts/pictures.py [http://127.0.0.1:8000]

Needs Chromium and the development requirements (playwright). Writes `docs/pictures/<name>.<language>.png`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LANGUAGES = {"zh-CN": "zh-hans", "en": "en"}
PASSWORD = "lingting-demo"
SETTLED_MS = 1500
LOOKED_AT = 8  # conversations among which the picture chooses
SUPERVISORS = {"floor": "/floor/", "wall": "/floor/wall/", "report": "/reports/service/?period=month"}


def main(address: str) -> None:
    """Every picture in every language."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, language in LANGUAGES.items():
            _shop(browser, address=address, name=name)
            _staff(browser, address=address, name=name, language=language)
        browser.close()


def _shop(browser: Browser, *, address: str, name: str) -> None:
    page = _page(browser, name=name)
    page.goto(f"{address}/demo/shop/?language={name[:2]}")
    page.wait_for_timeout(SETTLED_MS)
    page.locator(".launcher").click()
    _take(page, f"shop.{name}")
    page.context.close()


def _staff(browser: Browser, *, address: str, name: str, language: str) -> None:
    """The supervisor's pages, and the desk with a conversation that is going on."""
    page = _page(browser, name=name)
    page.goto(f"{address}/sign-in/")
    page.fill("input[name=login]", "shenruochuan")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    token = next(cookie["value"] for cookie in page.context.cookies() if "csrf" in cookie["name"])
    form = {"language": language, "theme": "light", "csrfmiddlewaretoken": token}
    page.request.post(f"{address}/preferences/", form=form, headers={"Referer": address})
    for picture, path in SUPERVISORS.items():
        page.set_viewport_size({"width": 1920, "height": 1080} if picture == "wall" else {"width": 1440, "height": 900})
        page.goto(address + path)
        _take(page, f"{picture}.{name}")
    _open_longest(page, address=address)
    _take(page, f"desk.{name}")
    page.context.close()


def _open_longest(page: Page, *, address: str) -> None:
    """The desk with that one of the latest conversations in hand in which most was said, a known customer's before a guest's."""
    page.goto(f"{address}/desk/all/?state=open")
    rows = page.locator("#desk-list a[href*='/desk/cases/']")
    addresses = [row.get_attribute("href") or "" for row in rows.all()[:LOOKED_AT]]
    said: dict[str, tuple[bool, bool, int]] = {}
    for each in addresses:
        page.goto(address + each)
        page.wait_for_selector("#desk-case")
        is_open, is_known = (
            page.locator(mark).count() > 0 for mark in ("#desk-head[data-state=open]", "#desk-side .crm-points .lt-copy")
        )
        said[each] = (is_open, is_known, page.locator(".desk-message").count())
    page.goto(address + max(said, key=lambda each: said[each]))
    page.wait_for_selector("#desk-case")


def _page(browser: Browser, *, name: str) -> Page:
    context = browser.new_context(locale="en-GB" if name == "en" else name, viewport={"width": 1440, "height": 900})
    return context.new_page()


def _take(page: Page, picture: str) -> None:
    page.wait_for_timeout(SETTLED_MS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{picture}.png")
    print(f"docs/pictures/{picture}.png")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000")
