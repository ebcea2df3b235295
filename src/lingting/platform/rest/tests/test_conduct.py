"""How every endpoint of the API behaves."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory, override_settings

from lingting.platform.audit import acting_now
from lingting.platform.jobs.models import Failure
from lingting.platform.rest import Authentication, Caller, address, declared_scopes
from lingting.platform.rest.addresses import neighbourhood
from lingting.platform.rest.calling import ForeignPage, NotSignedIn
from lingting.platform.rest.tests import endpoints

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lingting.platform.rest.tests.urls")]


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def check_problem(response: Any, *, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    problem: dict[str, Any] = response.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["detail"]
    return problem


def test_a_note_is_written_and_read_back(api: Client) -> None:
    made = post(api, "/notes", {"text": "客户要改地址"})
    assert made.status_code == 201
    read = api.get(f"/api/v1/notes/{made.json()['id']}")
    assert read.json()["text"] == "客户要改地址"
    assert read.json()["made_at"] == "2026-11-21T01:30:00Z"


def test_without_a_token_the_answer_is_401(anyone: Client) -> None:
    response = anyone.get("/api/v1/notes")
    check_problem(response, status=401, code="not_signed_in")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("given", ["Bearer nobody", "Bearer", "Basic all", "all", "Bearer " + "x" * 5000, "Visitor guest"])
def test_a_wrong_token_is_401(anyone: Client, given: str) -> None:
    check_problem(anyone.get("/api/v1/notes", headers={"Authorization": given}), status=401, code="not_signed_in")


def test_a_visitor_opens_visitors_doors_only(anyone: Client) -> None:
    guest = {"Authorization": "Visitor guest"}
    assert anyone.get("/api/v1/visitors/me", headers=guest).json() == {"id": "v9"}
    check_problem(anyone.get("/api/v1/visitors/me", headers={"Authorization": "Bearer all"}), status=401, code="not_signed_in")


def test_a_token_without_the_scope_is_403_and_writes_nothing(anyone: Client) -> None:
    response = post(anyone, "/notes", {"text": "x"}, Authorization="Bearer reader")
    problem = check_problem(response, status=403, code="scope_missing")
    assert "notes:write" in problem["detail"]
    assert not Failure.objects.exists()
    assert anyone.get("/api/v1/notes", headers={"Authorization": "Bearer reader"}).status_code == 200


def test_scopes_can_be_listed() -> None:
    assert any("write_note" in handler for handler in declared_scopes()["notes:write"])


def test_wrong_fields_are_named_each_with_a_sentence(api: Client) -> None:
    problem = check_problem(post(api, "/notes", {"text": "", "copies": 9}), status=422, code="invalid")
    assert problem["fields"] == {"text": ["Enter at least 1 character."], "copies": ["This must be at most 5."]}
    assert check_problem(post(api, "/notes", {}), status=422, code="invalid")["fields"] == {"text": ["This is required."]}


def test_a_wrong_query_names_its_parameter(api: Client) -> None:
    problem = check_problem(api.get("/api/v1/notes?limit=201"), status=422, code="invalid")
    assert list(problem["fields"]) == ["limit"]
    assert list(check_problem(api.get("/api/v1/notes/abc"), status=422, code="invalid")["fields"]) == ["note_id"]


def test_the_answer_speaks_the_callers_language(api: Client) -> None:
    english = api.get("/api/v1/notes/0").json()["detail"]
    chinese = api.get("/api/v1/notes/0", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).json()["detail"]
    assert english.startswith("There is nothing here")
    assert chinese != english
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)


def test_unknown_addresses_and_methods_are_problems_too(api: Client) -> None:
    check_problem(api.get("/api/v1/nowhere/at/all"), status=404, code="not_found")
    check_problem(api.post("/api/v1/nowhere", {}), status=404, code="not_found")
    refused = api.delete("/api/v1/notes")
    check_problem(refused, status=405, code="method_not_allowed")
    assert refused["Allow"] == "GET, POST"


def test_an_unexpected_error_is_a_500_without_its_secrets(api: Client) -> None:
    response = post(api, "/notes/broken", {"text": "半途而废"})
    problem = check_problem(response, status=500, code="internal")
    assert "ZeroDivision" not in str(problem)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (b'{"text": NaN}', 400, "bad_json"),
        (b'{"text": "a\\u0000b"}', 422, "unstorable_text"),
        (b'{"text": "\\ud83d"}', 422, "unstorable_text"),
        (b'{"text": "\\udc00 x"}', 422, "unstorable_text"),
        (b'{"text": "\xed\xa0\x80"}', 422, "unstorable_text"),
        (b'{"text": ' + b"[" * 200 + b"]" * 200 + b"}", 422, "too_deep"),
        (b"[" * 100_000, 422, "too_deep"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b"", 422, "invalid"),
    ],
)
def test_bad_bodies_are_refused_clearly(api: Client, body: bytes, status: int, code: str) -> None:
    response = api.post("/api/v1/notes", body, content_type="application/json")
    check_problem(response, status=status, code=code)
    assert not Failure.objects.exists()


def test_a_whole_surrogate_pair_is_a_character(api: Client) -> None:
    response = api.post("/api/v1/notes", b'{"text": "\\ud83d\\ude00 ok"}', content_type="application/json")
    assert response.json()["text"] == "😀 ok"


def test_a_nul_in_the_address_is_refused(api: Client) -> None:
    check_problem(api.get("/api/v1/notes?cursor=%00"), status=422, code="unstorable_text")
    check_problem(api.get("/api/v1/notes/%00"), status=422, code="unstorable_text")


def test_a_nul_in_a_form_is_refused(anyone: Client) -> None:
    upload = SimpleUploadedFile("a.txt", b"x")
    response = anyone.post("/api/v1/open/upload", {"title": "a\x00b", "file": upload})
    check_problem(response, status=422, code="unstorable_text")


def test_a_body_over_the_limit_is_413(api: Client, anyone: Client) -> None:
    check_problem(post(api, "/notes", {"text": "x" * 1_100_000}), status=413, code="body_too_large")
    check_problem(post(anyone, "/open/small", {"text": "x" * 150}), status=413, code="body_too_large")
    assert post(anyone, "/open/small", {"text": "x"}).status_code == 200


def test_a_number_beyond_the_database_is_no_500(api: Client) -> None:
    assert api.get(f"/api/v1/notes/{10**30}").status_code in (404, 422)


def test_other_sites_pages_may_call_where_it_is_said(anyone: Client) -> None:
    asked = anyone.options("/api/v1/open/notes", headers={"Origin": "https://shop.example"})
    assert asked.status_code == 204
    assert "Idempotency-Key" in asked["Access-Control-Allow-Headers"]
    assert post(anyone, "/open/notes", {"text": "从商店来"})["Access-Control-Allow-Origin"] == "*"
    assert post(anyone, "/open/notes", {})["Access-Control-Allow-Origin"] == "*"
    assert not post(anyone, "/open/small", {"text": "x"}).has_header("Access-Control-Allow-Origin")
    check_problem(anyone.options("/api/v1/open/small"), status=405, code="method_not_allowed")


def signed_in(request: Any) -> Any:
    request.user = SimpleNamespace(is_authenticated=True, pk=7, can=lambda key: key == "desk.read")
    return request


def test_a_signed_in_page_calls_with_every_scope_and_the_persons_permissions() -> None:
    caller = Authentication("Bearer", session=True)(signed_in(RequestFactory().get("/")))
    assert caller.id == "7"
    assert caller.allows("anything:at:all")
    assert caller.can("desk.read")
    assert not caller.can("desk.write")


def test_a_session_without_the_csrf_token_writes_nothing() -> None:
    request = signed_in(RequestFactory(enforce_csrf_checks=True).post("/"))
    request._dont_enforce_csrf_checks = False
    with pytest.raises(ForeignPage):
        Authentication("Bearer", session=True)(request)


def test_a_session_does_not_open_visitors_doors() -> None:
    with pytest.raises(NotSignedIn):
        Authentication("Visitor")(signed_in(RequestFactory().get("/")))


def test_the_caller_is_the_acting_person(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    write: Callable[[str], Failure] = endpoints._write

    def watch(text: str) -> Failure:
        seen.append(acting_now())
        return write(text)

    monkeypatch.setattr(endpoints, "_write", watch)
    post(api, "/notes", {"text": "谁写的"})
    assert (seen[0].actor.label, seen[0].via) == ("报表程序", "api")


def test_the_address_is_believed_only_from_our_proxies() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}, REMOTE_ADDR="10.0.0.1")
    assert address(request) == "10.0.0.1"
    with override_settings(TRUSTED_PROXIES=1):
        assert address(request) == "203.0.113.9"
    assert neighbourhood("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"


def test_a_caller_without_an_account_holds_no_permission() -> None:
    assert not Caller("token", "1").can("desk.read")
