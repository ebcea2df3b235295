"""The desk on a slow network: answers that overtake one another, rows that change under the finger."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

from journey_people import Staff
from playwright.sync_api import Error, Route, expect

SignIn = Callable[..., Staff]


def _let_go(routes: list[Route]) -> None:
    """What was held goes on; the browser may have given some of it up meanwhile."""
    for route in routes:
        with suppress(Error):
            route.continue_()


def _rows(staff: Staff) -> list[int]:
    staff.open("/desk/all/")
    staff.is_connected()
    expect(staff.page.locator("#desk-rows .desk-row").nth(2)).to_be_visible()
    return [
        int(each) for each in staff.page.locator("#desk-rows .desk-row").evaluate_all("rows => rows.map(row => row.dataset.case)")
    ]


def test_the_case_asked_for_last_is_the_one_that_opens(sign_in: SignIn) -> None:
    staff = sign_in("shenruochuan")
    first, second, *_rest = _rows(staff)
    held: list[Route] = []
    staff.page.route(re.compile(rf"/desk/cases/{first}/\?view="), lambda route: held.append(route))
    staff.page.locator(f"#row-{first} .desk-row-link").click()
    staff.page.locator(f"#row-{second} .desk-row-link").click()
    expect(staff.page.locator("#desk-case")).to_have_attribute("data-case", str(second))
    _let_go(held)
    staff.page.wait_for_timeout(800)
    assert staff.case_id == second
    expect(staff.page.locator(f"#row-{second}")).to_have_class(re.compile("is-current"))


def test_a_text_is_there_again_although_its_save_is_still_on_the_way(sign_in: SignIn) -> None:
    staff = sign_in("shenruochuan")
    first, second, *_rest = _rows(staff)
    field = staff.page.locator("#desk-composer textarea[name=text]")
    staff.page.locator(f"#row-{first} .desk-row-link").click()
    expect(staff.page.locator("#desk-case")).to_have_attribute("data-case", str(first))
    held: list[Route] = []
    staff.page.route(re.compile("/drafts/"), lambda route: held.append(route))
    staff.page.locator("#desk-composer .desk-mode.is-note").click()
    field.fill("客户下午三点后才在家")
    staff.page.locator(f"#row-{second} .desk-row-link").click()
    expect(staff.page.locator("#desk-case")).to_have_attribute("data-case", str(second))
    staff.page.locator(f"#row-{first} .desk-row-link").click()
    expect(staff.page.locator("#desk-case")).to_have_attribute("data-case", str(first))
    staff.page.locator("#desk-composer .desk-mode.is-note").click()
    expect(field).to_have_value("客户下午三点后才在家")
    staff.page.unroute(re.compile("/drafts/"))
    _let_go(held)
    with staff.page.expect_response(lambda answer: "/drafts/note/" in answer.url):
        field.fill("")


def test_a_row_that_changes_while_it_is_pressed_still_opens(sign_in: SignIn) -> None:
    staff = sign_in("shenruochuan")
    _first, second, *_rest = _rows(staff)
    place = staff.page.locator(f"#row-{second} .desk-row-link").bounding_box()
    assert place is not None
    staff.page.mouse.move(place["x"] + 60, place["y"] + 20)
    staff.page.mouse.down()
    told = f"document.body.dispatchEvent(new CustomEvent('desk:changed', {{detail: {{case_id: {second}}}}}))"
    staff.page.evaluate(told)
    staff.page.wait_for_timeout(1_200)
    staff.page.mouse.up()
    expect(staff.page.locator("#desk-case")).to_have_attribute("data-case", str(second))


def test_what_is_typed_before_the_list_of_colleagues_has_come_chooses_among_them_and_is_no_shortcut(sign_in: SignIn) -> None:
    staff = sign_in("shenruochuan")
    first, *_rest = _rows(staff)
    staff.page.locator(f"#row-{first} .desk-row-link").click()
    expect(staff.page.locator("#desk-case")).to_have_attribute("data-case", str(first))
    held: list[Route] = []
    staff.page.route(re.compile("/choices/assignee/"), lambda route: held.append(route))
    staff.page.keyboard.press("a")
    picker = staff.page.locator("#desk-picker")
    expect(picker).to_be_visible()
    staff.page.keyboard.type("linxiao")
    staff.page.keyboard.press("Enter")
    staff.page.unroute(re.compile("/choices/assignee/"))
    _let_go(held)
    expect(picker.locator("[data-index]")).to_have_count(1)
    expect(picker.locator("[data-index]")).to_contain_text("林晓")
    staff.page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    assert staff.case_id == first
