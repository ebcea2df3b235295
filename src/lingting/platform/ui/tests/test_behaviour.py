"""What the scripts of the house do, in a real Chromium: keys, dialogs, toasts, lists, forms, panes, accessibility."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

from lingting.platform.ui.testing import chromium_path, shared_chromium

sync_api = pytest.importorskip("playwright.sync_api")

AXE = Path(__file__).resolve().parents[1] / "static" / "vendor" / "axe" / "axe.min.js"

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(chromium_path() is None, reason="needs Chromium: apt-get install chromium"),
]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """The browser's requests are no news."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The gallery, served without any database."""
    middleware = [one for one in settings.MIDDLEWARE if one.startswith(("django.", "lingting.platform.ui.", "lingting.kernel.accounts."))]
    with override_settings(DEBUG=True, MIDDLEWARE=middleware, ROOT_URLCONF="lingting.platform.ui.tests.addresses"):
        application = StaticFilesHandler(get_wsgi_application())
        server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with shared_chromium() as chromium:
        yield chromium


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:
    """Opens a page of the gallery, ready to use; a script error fails the test."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    broken: list[str] = []

    def open_page(path: str) -> Any:
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
        assert page.goto(address + path).status == 200
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    context.close()
    assert broken == []


def test_the_palette_opens_by_key_and_closes_by_escape(visit: Any) -> None:
    page = visit("/ui/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=listbox]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#palette:not([open])", state="attached")


def test_letters_are_shortcuts_only_outside_of_fields(visit: Any) -> None:
    page = visit("/ui/sample/list/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("?n")
    assert page.input_value("input[name=q]") == "?n"
    assert not page.evaluate("document.querySelector('dialog[open]') !== null")


def test_keys_of_an_input_method_are_never_shortcuts(visit: Any) -> None:
    page = visit("/ui/")
    composing = "document.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true, isComposing: true}))"
    page.evaluate(composing)
    assert not page.evaluate("document.getElementById('shortcuts').open")
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('shortcuts').open")


def test_a_refusal_shows_what_to_do_as_a_toast(visit: Any) -> None:
    page = visit("/ui/")
    page.click("text=Refusal as toast")
    page.wait_for_selector(".lt-toast.lt-warning >> text=Reopen it to write an answer.")
    assert page.locator(".lt-toast").count() == 1


def test_a_dialog_takes_the_first_field_and_gives_the_keyboard_back(visit: Any) -> None:
    page = visit("/ui/")
    page.click("[data-opens=sample-modal]")
    assert page.evaluate("document.activeElement.id") == "subject"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.opens") == "sample-modal"


def test_a_button_of_a_menu_sends_its_value(visit: Any) -> None:
    page = visit("/ui/")
    page.evaluate("""() => {
      document.getElementById("dots-menu").innerHTML = '<form hx-post="/sent/" hx-swap="none"><button class="lt-menu-item" name="state" value="ready">Ready</button></form>';
      window.htmx.process(document.getElementById("dots-menu"));
    }""")
    page.click("[popovertarget=dots-menu]")
    with page.expect_request("**/sent/") as sent:
        page.click("#dots-menu button")
    assert sent.value.post_data == "state=ready"
    page.wait_for_selector("#dots-menu", state="hidden")


def test_what_the_server_brings_into_a_dialog_names_it_and_takes_the_focus(visit: Any) -> None:
    page = visit("/ui/")
    page.route("**/question/", lambda route: route.fulfill(body='<form><h3 data-dialog-title>Merge #7</h3><input name="number"></form>'))
    page.evaluate("""() => {
      const dialog = document.querySelector("dialog.lt-dialog.is-modal");
      dialog.querySelector(".lt-dialog-body").innerHTML = '<div id="filled" data-dialog-fill></div>';
      document.querySelector("main").insertAdjacentHTML("beforeend", `<button id="asks" data-opens="${dialog.id}" hx-get="/question/" hx-target="#filled">Merge…</button>`);
      window.htmx.process(document.getElementById("asks"));
    }""")
    for _time in range(2):
        page.click("#asks")
        page.wait_for_selector("dialog[open] h2:text-is('Merge #7')")
        assert page.evaluate("document.activeElement.name") == "number"
        assert page.locator("dialog[open] h3").count() == 0
        page.keyboard.press("Escape")
        page.wait_for_selector("#filled:empty", state="attached")


def test_shift_picks_a_range_and_the_bulk_bar_counts_it(visit: Any) -> None:
    page = visit("/ui/sample/list/")
    page.check("tbody tr:nth-child(2) input[name=picked]")
    page.click("tbody tr:nth-child(5) input[name=picked]", modifiers=["Shift"])
    assert page.inner_text("[data-bulk-count]") == "4 selected"
    page.click("[data-bulk-clear]")
    assert page.is_hidden("[data-bulk]")


def test_a_row_opens_but_its_box_does_not(visit: Any) -> None:
    page = visit("/ui/sample/list/")
    page.check("tbody tr:nth-child(1) input[name=picked]")
    assert "#case-" not in page.url
    page.click("tbody tr:nth-child(3) td:nth-child(4)")
    assert "#case-" in page.url


def test_unsaved_changes_are_guarded(visit: Any) -> None:
    page = visit("/ui/sample/form/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.fill("#id_name", "VIP")
    page.goto(page.url.replace("form", "list"))
    assert asked == ["beforeunload"]


def test_a_search_select_finds_and_takes_by_keyboard(visit: Any) -> None:
    page = visit("/ui/sample/form/")
    page.fill("#id_owner-typing", "陈")
    page.wait_for_selector(".lt-option >> text=陈静")
    page.keyboard.press("Enter")
    assert page.eval_on_selector("#id_owner", "select => select.selectedOptions[0].textContent") == "陈静"


def test_panes_are_resized_by_keys_and_remembered(visit: Any) -> None:
    page = visit("/ui/sample/desk/")
    page.focus(".lt-divider >> nth=0")
    page.keyboard.press("ArrowRight")
    width = page.eval_on_selector("[data-pane=list]", "pane => pane.offsetWidth")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert width == 336
    assert page.eval_on_selector("[data-pane=list]", "pane => pane.offsetWidth") == width


def test_a_chart_has_its_numbers_one_click_away(visit: Any) -> None:
    page = visit("/ui/sample/dashboard/")
    page.wait_for_selector("[data-chart] canvas")
    page.click("[data-chart-toggle] >> nth=1")
    assert page.locator(".lt-chart-table >> nth=1").locator("tbody tr").count() == 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_pages_have_no_axe_violation_and_no_sideways_scroll(browser: Any, address: str, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    for path in ("/ui/", "/ui/sample/list/", "/ui/sample/form/", "/ui/sample/desk/", "/ui/sample/public/", "/ui/sample/bare/"):
        assert page.goto(address + path).status == 200
        page.wait_for_selector("html[data-ready]")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(one["id"], one["nodes"][0]["target"]) for one in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
