"""The people of the journeys: what they do, in their words; where it stands on the screen is known here only."""

from __future__ import annotations

import re

from playwright.sync_api import Error, Locator, Page, expect

PASSWORD = "lingting-demo"


class Staff:
    """Somebody of the centre at a browser of their own."""

    def __init__(self, page: Page, *, url: str, login: str) -> None:
        self.page, self.url, self.login, self.language = page, url, login, ""

    def sign_in(self, *, language: str = "") -> None:
        self.page.goto(f"{self.url}/sign-in/")
        self.page.locator('input[name="login"]').fill(self.login)
        self.page.locator('input[name="password"]').fill(PASSWORD)
        self.page.locator('input[name="password"]').press("Enter")
        expect(self.page).not_to_have_url(re.compile("/sign-in/"))
        if language:
            self.language = language
            self._post("/preferences/", {"language": language})
            self.page.goto(f"{self.url}/")

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def become_ready(self) -> None:
        self.open("/desk/mine/")
        self.is_connected()
        self.page.keyboard.press("Control+.")
        expect(self.presence).to_contain_text(re.compile("就绪|ready", re.IGNORECASE))

    def is_connected(self) -> None:
        """Live updates have arrived at the page."""
        expect(self.page.locator("html")).to_have_attribute("data-live", "connected")

    def leave_without_a_word(self) -> None:
        """The laptop falls into the water: no sign-out, no goodbye."""
        self.page.context.close()

    @property
    def presence(self) -> Locator:
        return self.page.locator("#rt-presence .rt-state")

    @property
    def in_hand(self) -> Locator:
        """Conversations in hand, of how many at once."""
        return self.page.locator("#rt-presence .rt-room")

    @property
    def offer(self) -> Locator:
        return self.page.locator("#rt-offers .rt-offer")

    def accept_by_enter(self) -> None:
        """One key: the card is a form, so it works also in the moment before htmx has wired it."""
        expect(self.offer.first).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#desk-case")).to_be_visible()

    @property
    def case_id(self) -> int:
        return int(self.page.locator("#desk-case").get_attribute("data-case") or 0)

    @property
    def heading(self) -> Locator:
        return self.page.locator("#desk-head .desk-who")

    @property
    def beside(self) -> Locator:
        return self.page.locator("#desk-side")

    @property
    def customer_words(self) -> Locator:
        return self.page.locator(".desk-message.is-customer .desk-text")

    @property
    def our_words(self) -> Locator:
        return self.page.locator(".desk-message.is-ours .desk-text")

    @property
    def notes(self) -> Locator:
        return self.page.locator(".desk-note")

    def answer(self, words: str) -> None:
        self.page.locator("#desk-composer textarea[name=text]").fill(words)
        self.page.locator("#desk-composer textarea[name=text]").press("Enter")
        # The desk shows it at once; stored it is when it has its number.
        expect(self.page.locator('.desk-message.is-ours[id^="message-"] .desk-text').last).to_have_text(words)

    def close_case(self) -> None:
        """Closes it; the desk then goes on to the next case of the list, when there is one."""
        still_open = self.page.locator(f'#desk-head[data-live-topics="case:{self.case_id}"][data-state="open"]')
        self.page.locator("#desk-head .desk-close").click()
        expect(still_open).to_have_count(0)

    def write_note(self, words: str) -> None:
        self.page.locator("#desk-composer .desk-mode.is-note").click()
        self.page.locator("#desk-composer textarea[name=text]").fill(words)
        self.page.locator("#desk-composer .desk-go").click()

    def pass_on_to(self, place: str, *, note: str) -> None:
        self.page.locator('[popovertarget="rt-pass-on"]').click()
        self.page.get_by_role("button", name=re.compile("转接…|Pass on…")).click()
        dialog = self.page.locator("#routing-dialog")
        dialog.locator(".rt-choice", has_text=place).click()
        dialog.locator("textarea[name=note]").fill(note)
        dialog.locator("button.btn-primary").click()
        expect(dialog).to_be_hidden()

    def whisper(self, words: str) -> None:
        self.page.locator("#desk-head").get_by_role("button", name=re.compile("耳语|悄悄话|Whisper")).click()
        dialog = self.page.locator("#routing-dialog")
        dialog.locator("textarea[name=text]").fill(words)
        dialog.locator("button.btn-primary").click()
        expect(dialog).to_be_hidden()

    def take_over(self) -> None:
        self.page.locator("#desk-head").get_by_role("button", name=re.compile("接管|Take over")).click()

    @property
    def toast(self) -> Locator:
        return self.page.locator("#toasts .lt-toast")

    def go_off_duty(self) -> None:
        """So that the next journey's customers are not offered to somebody who has left the stage; their language is as it was."""
        try:
            self.page.context.set_offline(False)
            if self.language not in ("", "zh-hans"):
                self._post("/preferences/", {"language": "zh-hans"})
            self._post("/routing/presence/", {"state": "offline"})
        except Error:
            return  # Their browser is gone already; the centre notices by itself.

    def _post(self, path: str, form: dict[str, str]) -> None:
        cookies = {each["name"]: each["value"] for each in self.page.context.cookies()}
        headers = {"X-CSRFToken": cookies.get("csrftoken", ""), "Referer": self.url + "/", "HX-Request": "true"}
        self.page.context.request.post(self.url + path, form=form, headers=headers)


class Customer:
    """Somebody in the demo shop with the chat open."""

    def __init__(self, page: Page, *, url: str, language: str, identity: str) -> None:
        self.page = page
        member = f"&identity={identity}" if identity else ""
        page.goto(f"{url}/demo/shop/?language={language}{member}")
        page.locator(".launcher").click()

    def choose(self, queue: str) -> None:
        self.page.locator(f'.queue:has(input[value="{queue}"])').click()

    def say(self, words: str) -> None:
        self.page.locator("textarea.say").fill(words)
        self.page.locator("textarea.say").press("Enter")

    def ask(self, words: str, *, queue: str) -> None:
        self.choose(queue)
        self.say(words)
        expect(self.last_state).to_have_attribute("data-state", re.compile("sent|delivered|read"))

    def leave_message(self, words: str, *, phone: str) -> None:
        self.page.get_by_label(re.compile("您的问题|Your question")).fill(words)
        self.page.get_by_label(re.compile("手机号码|Phone number")).fill(phone)
        self.page.get_by_role("button", name=re.compile("提交留言|Send message")).click()

    @property
    def last_state(self) -> Locator:
        return self.page.locator(".is-own .meta").last

    @property
    def bubbles(self) -> Locator:
        return self.page.locator(".bubble")

    @property
    def with_whom(self) -> Locator:
        return self.page.locator(".head-title")

    @property
    def thanks(self) -> Locator:
        return self.page.locator(".done-title")

    def rate(self, score: str, *, comment: str) -> None:
        self.page.get_by_label(score, exact=True).check(force=True)
        self.page.get_by_label(re.compile("还有什么想告诉我们的|Anything else you want to tell us")).fill(comment)
        self.page.get_by_role("button", name=re.compile("提交评价|Send rating")).click()


class Floor:
    """The floor page as a supervisor reads it: one queue's row."""

    def __init__(self, supervisor: Staff, *, queue: str) -> None:
        supervisor.open("/floor/")
        self.row = supervisor.page.locator("#wb-floor tbody tr", has_text=queue)

    def cell(self, place: int) -> Locator:
        return self.row.locator("td").nth(place)

    @property
    def waiting(self) -> Locator:
        return self.cell(1)

    @property
    def in_progress(self) -> Locator:
        return self.cell(3)

    @property
    def service_level(self) -> Locator:
        return self.cell(5)

    @property
    def contacts(self) -> Locator:
        return self.cell(6)

    @property
    def satisfaction(self) -> Locator:
        return self.cell(9)

    def ratings(self) -> int:
        """How many ratings the satisfaction stands on."""
        found = re.search(r"n = (\d+)", self.satisfaction.inner_text())
        return int(found[1]) if found else 0
