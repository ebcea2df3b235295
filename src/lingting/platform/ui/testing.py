"""A browser for tests: one Chromium for whoever asks while it is open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

_NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")


def chromium_path() -> str | None:
    """Where a Chromium is installed; None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class _Shared:
    """Two Playwrights cannot live in one thread: who asks while one is open gets that one."""

    def __init__(self) -> None:
        self.browser: Any = None
        self.askers = 0
        self.open = ExitStack()

    def __enter__(self) -> Any:
        if not self.askers:
            from playwright.sync_api import sync_playwright

            playwright = self.open.enter_context(sync_playwright())
            self.browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            self.open.callback(self.browser.close)
        self.askers += 1
        return self.browser

    def __exit__(self, *failure: object) -> None:
        self.askers -= 1
        if not self.askers:
            self.open.close()


_shared = _Shared()


@contextmanager
def shared_chromium() -> Iterator[Any]:
    """Playwright's `Browser`; it closes when the last who asked has left."""
    with _shared as browser:
        yield browser
