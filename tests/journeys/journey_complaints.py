"""What agents and leaders do about complaints and work orders, where it stands beside the case."""

from __future__ import annotations

import re

from journey_people import Staff
from playwright.sync_api import Locator, TimeoutError, expect


class Desk:
    """A case open at somebody's desk, with its tabs and dialogs."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.page = staff, staff.page

    def tab(self, key: str) -> Locator:
        """Opens a tab beside the case, from the menu where there is no room for it; returns what it holds."""
        try:
            self.page.locator(f'[data-side-tab="{key}"]').click(timeout=3000)
        except TimeoutError:
            self.page.locator('[popovertarget="desk-side-rest"]').click()
            self.page.locator(f'[data-side-go="{key}"]').click()
        pane = self.page.locator(f"#side-{key}")
        expect(pane).to_be_visible()
        return pane

    def dialog(self, button: str, *, tab: str) -> Locator:
        """Presses a button of a tab that opens a form."""
        self.tab(tab).get_by_role("button", name=re.compile(button)).click()
        form = self.page.locator("#desk-dialog-body form")
        expect(form).to_be_visible()
        return form

    def send(self, form: Locator) -> None:
        """Sends a dialog's form; it closes when it was taken."""
        form.locator("button.btn-primary").click()
        expect(self.page.locator("#desk-dialog-body form")).to_be_hidden()

    def ask_department(self, name: str, *, subject: str, question: str) -> None:
        form = self.dialog("发起协作单|Ask a department", tab="orders")
        form.locator("select[name=department]").select_option(label=name)
        form.locator("input[name=subject]").fill(subject)
        form.locator("textarea[name=question]").fill(question)
        form.locator("button.btn-primary").click()
        body = self.page.locator("#desk-dialog-body")
        expect(body.locator(".wo-link input")).to_have_value(re.compile("/w/"))
        body.locator("[data-closes].btn-primary").click()

    @property
    def orders(self) -> Locator:
        return self.tab("orders").locator(".wo-card")

    def write_letter(self, words: str) -> None:
        """Answers by mail; the letter is on its way when its undo time is over."""
        self.page.locator("#desk-composer textarea[name=text]").fill(words)
        self.page.locator("#desk-composer .desk-go").click()
        expect(self.staff.our_words.last).to_have_text(words)

    def make_it_a_complaint(self) -> None:
        self.tab("complaint").get_by_role("button", name=re.compile("转为投诉|Make it a complaint")).click()
        expect(self.page.locator("#cp-case .lt-facts").first).to_be_visible()

    @property
    def complaint(self) -> Locator:
        return self.tab("complaint").locator("#cp-case")
