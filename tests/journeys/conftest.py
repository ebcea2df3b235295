"""What every journey has: a running centre, a browser, people who sign in, customers who open the shop."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from lingting.platform.ui.testing import chromium_path, shared_chromium

sync_api = pytest.importorskip("playwright.sync_api")

_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE))  # Tests are no package; their stage and cast stand beside them.

from journey_centre import Centre  # noqa: E402
from journey_people import Customer, Floor, Staff  # noqa: E402

PATIENCE_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.timeout(240))


_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def _calm_after_a_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    """A journey that broke off leaves nobody waiting for the next one."""
    yield
    if request.node.stash.get(_failed, False) and "centre" in request.fixturenames:
        request.getfixturevalue("centre").calm()


@pytest.fixture(scope="session")
def centre() -> Iterator[Centre]:
    """The demo centre with two days of history, shared by all journeys."""
    running = Centre()
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    if chromium_path() is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    sync_api.expect.set_options(timeout=PATIENCE_MS)
    with shared_chromium() as launched:
        yield launched


@pytest.fixture
def new_page(browser: sync_api.Browser) -> Iterator[Callable[..., sync_api.Page]]:
    """A page in a browser profile of its own: another person, another cookie jar."""
    contexts: list[sync_api.BrowserContext] = []

    def make(*, locale: str = "zh-CN", width: int = 1440, height: int = 900) -> sync_api.Page:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def sign_in(centre: Centre, new_page: Callable[..., sync_api.Page]) -> Iterator[Callable[..., Staff]]:
    """Signs a member of the cast in on a page of their own; when the journey is over they go off duty."""
    everyone: list[Staff] = []

    def make(login: str, *, is_ready: bool = False, language: str = "") -> Staff:
        staff = Staff(new_page(), url=centre.url, login=login)
        everyone.append(staff)
        staff.sign_in(language=language)
        if is_ready:
            staff.become_ready()
        return staff

    yield make
    for staff in everyone:
        staff.go_off_duty()


@pytest.fixture
def floor_of(sign_in: Callable[..., Staff]) -> Callable[[str], Floor]:
    """A supervisor looks at a queue's row on the floor page."""

    def make(queue: str) -> Floor:
        return Floor(sign_in("shenruochuan"), queue=queue)

    return make


@pytest.fixture
def shop(centre: Centre, new_page: Callable[..., sync_api.Page]) -> Callable[..., Customer]:
    """A customer who has opened the demo shop and its chat, as a guest or as a signed-in member."""

    def make(*, language: str = "zh", identity: str = "") -> Customer:
        page = new_page(locale="en-GB" if language == "en" else "zh-CN", width=1100)
        return Customer(page, url=centre.url, language=language, identity=identity)

    return make
