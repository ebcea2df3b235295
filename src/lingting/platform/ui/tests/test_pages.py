"""Whole pages, error pages, middleware and preferences, as a visitor meets them."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from lingting.platform.refusals import Conflict, Invalid, NotPermitted
from lingting.platform.ui import errors, manifest, navigation, preferences
from lingting.platform.ui.gallery import ERRORS, SAMPLES
from lingting.platform.ui.manifest import Manifest, NavigationEntry, SettingsSection, Workspace
from lingting.platform.ui.middleware import RefusalMiddleware, SecurityHeadersMiddleware, framed_by, refusal_page
from lingting.platform.ui.toasts import add_toast, add_trigger

INLINE_HANDLER = re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE)


@pytest.fixture(autouse=True)
def only_our_addresses(settings) -> None:
    settings.ROOT_URLCONF = "lingting.platform.ui.tests.addresses"
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one.startswith(("django.", "lingting.platform.ui.", "lingting.kernel.accounts."))]


@pytest.fixture
def developer(settings) -> Client:
    settings.DEBUG = True
    return Client()


@pytest.mark.parametrize("address", ["/ui/", *(f"/ui/sample/{name}/" for name in SAMPLES)])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_renders_in_both_languages_without_inline_script(developer: Client, address: str, language: str) -> None:
    response = developer.get(address, headers={"Accept-Language": language})
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}"' in page
    assert not INLINE_HANDLER.search(page)
    assert not INLINE_SCRIPT.search(page)


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_say_what_to_do_in_the_visitors_language(developer: Client, name: str) -> None:
    chinese = developer.get(f"/ui/errors/{name}/").content.decode()
    english = developer.get(f"/ui/errors/{name}/", headers={"Accept-Language": "en-GB,en;q=0.9"}).content.decode()
    assert "回到首页" in chinese
    assert "Go to the start page" in english


def test_server_error_page_asks_no_session_and_no_database() -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "en"})
    request.COOKIES["lingting_session"] = "whatever"
    response = errors.server_error(request)
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


def test_error_page_speaks_the_language_of_the_person_who_is_signed_in() -> None:
    request = RequestFactory().get("/nowhere/", headers={"Accept-Language": "en"})
    request.LANGUAGE_CODE = "zh-hans"
    assert "回到首页" in errors.page_not_found(request).content.decode()


@pytest.mark.parametrize(("method", "kept"), [("get", False), ("post", True)])
def test_refusal_page_speaks_of_typed_text_only_where_something_was_sent(method: str, kept: bool) -> None:
    request = getattr(RequestFactory(), method)("/settings/roles/")
    with translation.override("en"):
        page = refusal_page(request, NotPermitted("Ask the team leader.")).content.decode()
    assert "Ask the team leader." in page
    assert ("What you typed" in page) is kept
    assert ("You may not open this" in page) is not kept


def test_gallery_is_not_there_for_strangers(settings) -> None:
    settings.DEBUG = False
    assert Client().get("/ui/").status_code == 404


def test_title_is_written_once_and_shown_twice(developer: Client) -> None:
    page = developer.get("/ui/sample/list/", headers={"Accept-Language": "en"}).content.decode()
    assert "<title>Cases · " in page
    assert '<h1 class="lt-title">Cases</h1>' in page


def test_pages_carry_a_strict_content_policy(developer: Client) -> None:
    policy = developer.get("/ui/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy


def test_a_widget_page_may_be_framed() -> None:
    middleware = SecurityHeadersMiddleware(lambda request: framed_by(HttpResponse("x"), ancestors="https://shop.example"))
    response = middleware(RequestFactory().get("/"))
    assert "frame-ancestors https://shop.example" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers


def test_refusal_answers_htmx_with_a_toast_and_swaps_nothing() -> None:
    request = RequestFactory().post("/", headers={"HX-Request": "true"})
    response = RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, Conflict("已被关闭"))
    assert response.status_code == 409
    assert response.headers["HX-Reswap"] == "none"
    assert json.loads(response.headers["HX-Trigger"])["toast"] == {"kind": "warning", "text": "已被关闭"}


def test_refusal_answers_a_full_load_with_a_page() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with translation.override("en"):
        response = RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, NotPermitted("Ask Li Lei."))
    assert response.status_code == 403
    assert "Ask Li Lei." in response.content.decode()


@pytest.mark.parametrize(("method", "offered"), [("GET", True), ("POST", False)])
def test_a_page_refused_for_its_haste_can_be_tried_again_and_a_form_is_not_sent_twice(method: str, offered: bool) -> None:
    class TooFast(Conflict):
        status = 429

    request = getattr(RequestFactory(), method.lower())("/help/en/search/?q=filter")
    with translation.override("en"):
        page = refusal_page(request, TooFast("Wait a second.")).content.decode()
    assert ('href="/help/en/search/?q=filter"' in page and "Try again" in page) is offered


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_who_is_refused_for_haste_is_told_when_to_come_back(headers: dict[str, str]) -> None:
    answering = RefusalMiddleware(lambda _request: HttpResponse())
    answer = answering.process_exception(RequestFactory().get("/", headers=headers), Conflict("Wait.", retry_after_seconds=7))
    assert answer is not None and answer.headers["Retry-After"] == "7"


def test_refusal_page_lists_the_fields_that_are_wrong() -> None:
    request = RequestFactory().get("/")
    refusal = Invalid("Not yet.", fields={"name": ["Give it a name."]})
    response = RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, refusal)
    assert "Give it a name." in response.content.decode()


@pytest.mark.parametrize("exception", [ValueError("bug"), KeyError("bug")])
def test_bugs_are_not_refusals(exception: Exception) -> None:
    request = RequestFactory().get("/")
    assert RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, exception) is None


def test_the_api_answers_refusals_itself() -> None:
    request = RequestFactory().get("/api/v1/cases")
    assert RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, Conflict("x")) is None


def test_a_toast_keeps_the_triggers_already_there() -> None:
    response = HttpResponse(headers={"HX-Trigger": "caseClosed"})
    add_toast(response, "Closed", undo_url="/undo/")
    add_trigger(response, "more", {"id": 1})
    triggers = json.loads(response.headers["HX-Trigger"])
    assert set(triggers) == {"caseClosed", "toast", "more"}
    assert triggers["toast"]["undo_url"] == "/undo/"


def test_a_guest_keeps_language_theme_and_density_in_cookies(developer: Client) -> None:
    response = developer.post("/ui/preferences/", {"language": "en", "theme": "dark", "density": "compact"})
    assert response.status_code == 204
    page = developer.get("/ui/").content.decode()
    assert '<html lang="en" data-bs-theme="dark" data-density="compact"' in page


def test_unknown_preferences_are_not_kept(developer: Client) -> None:
    response = developer.post("/ui/preferences/", {"language": "xx", "theme": "pink", "density": "<b>"})
    assert not response.cookies


def test_preferences_return_only_to_this_site(developer: Client) -> None:
    assert developer.post("/ui/preferences/", {"language": "en", "next": "https://evil.example/"}).status_code == 204
    assert developer.post("/ui/preferences/", {"language": "en", "next": "/ui/"}).headers["Location"] == "/ui/"


@pytest.mark.parametrize(
    ("header", "language"),
    [("zh-TW,zh;q=0.9", "zh-hans"), ("en-US", "en"), ("fr,en;q=0.5", "en"), ("fr", "zh-hans"), ("", "zh-hans")],
)
def test_a_visitors_language_follows_the_browser_and_else_is_chinese(header: str, language: str) -> None:
    assert preferences.language(RequestFactory().get("/", headers={"Accept-Language": header})) == language


class _Person:
    is_authenticated = True
    is_superuser = False
    language, theme, density = "en", "dark", "compact"

    def can(self, permission: str) -> bool:
        return permission == "desk.answer_case"


def test_a_person_has_her_own_language_theme_and_density() -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "zh"})
    request.user = _Person()
    assert preferences.language(request) == "en"
    assert preferences.preference(request, "theme") == "dark"
    assert preferences.preference(request, "density") == "compact"


def test_navigation_shows_what_the_role_allows_and_marks_where_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "_collected", {})
    manifest.register(
        Manifest(
            app="x",
            navigation=[
                NavigationEntry(workspace=Workspace.SETTINGS, label="Secret", route="ui:offline", icon="lock", permission="a.b"),
                NavigationEntry(
                    workspace=Workspace.DESK, label="Offline", route="ui:offline", icon="inbox", permission="desk.answer_case"
                ),
                NavigationEntry(workspace=Workspace.DESK, label="Gallery", route="ui:gallery", icon="inbox", order=1),
                NavigationEntry(workspace=Workspace.DESK, label="Missing", route="nowhere:page", icon="inbox"),
            ],
        )
    )
    request = RequestFactory().get("/ui/offline/")
    request.user = _Person()
    [desk] = navigation.groups(request)
    assert [(line.label, line.is_current) for line in desk.lines] == [("Gallery", False), ("Offline", True)]


def test_many_settings_are_one_line_that_leads_to_their_page(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = ("ui:gallery", "ui:offline", "ui:palette", "ui:find")
    sections = (SettingsSection.CHANNELS, SettingsSection.SYSTEM, SettingsSection.CHANNELS, SettingsSection.CENTRE)
    entries = [
        NavigationEntry(workspace=Workspace.SETTINGS, label=route, route=route, icon="lock", section=section)
        for route, section in zip(routes, sections, strict=True)
    ]
    monkeypatch.setattr(manifest, "_collected", {})
    manifest.register(Manifest(app="x", navigation=entries))
    request = RequestFactory().get("/ui/offline/")
    request.user = _Person()
    [settings_group] = navigation.shell_groups(request)
    [line] = settings_group.lines
    assert (line.url, line.is_current) == ("/settings/", True)
    by_section = [(group.key, [line.label for line in group.lines]) for group in navigation.settings_groups(request)]
    assert by_section == [("centre", ["ui:find"]), ("channels", ["ui:gallery", "ui:palette"]), ("system", ["ui:offline"])]
    manifest.register(Manifest(app="x", navigation=entries[:2]))
    [few] = navigation.shell_groups(request)
    assert [line.label for line in few.lines] == ["ui:gallery", "ui:offline"], "so few need no page of their own"


def test_palette_answers_what_the_visitor_may_open(developer: Client) -> None:
    answer = developer.get("/ui/palette/").json()
    assert set(answer) == {"pages", "acts", "finders"}
