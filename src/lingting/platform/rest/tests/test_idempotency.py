"""A POST sent twice is done once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from lingting.platform.jobs.models import Failure
from lingting.platform.refusals import Refusal
from lingting.platform.rest.idempotency import Claim, InProgress, delete_expired, once
from lingting.platform.rest.models import IdempotencyKey
from lingting.platform.rest.tests.test_conduct import check_problem, post

pytestmark = [pytest.mark.urls("lingting.platform.rest.tests.urls")]
KEY = "3f0f8e3a-4c1d-4c53-9f1e-000000000001"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_the_same_request_is_answered_again_but_not_done_again(api: Client) -> None:
    first = post(api, "/notes", {"text": "一次就好"}, **{"Idempotency-Key": KEY})
    second = post(api, "/notes", {"text": "一次就好"}, **{"Idempotency-Key": KEY})
    assert (second.status_code, second.content, second["Content-Type"]) == (201, first.content, first["Content-Type"])
    assert second["Idempotency-Replayed"] == "true"
    assert not first.has_header("Idempotency-Replayed")
    assert Failure.objects.count() == 1


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_refused(api: Client) -> None:
    post(api, "/notes", {"text": "一"}, **{"Idempotency-Key": KEY})
    check_problem(post(api, "/notes", {"text": "二"}, **{"Idempotency-Key": KEY}), status=422, code="idempotency_key_reused")
    assert Failure.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_of_another_caller_is_another_key(api: Client, anyone: Client) -> None:
    post(api, "/notes", {"text": "一"}, **{"Idempotency-Key": KEY})
    other = post(anyone, "/open/notes", {"text": "一"}, **{"Idempotency-Key": KEY})
    assert other.status_code == 201
    assert Failure.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/notes/half", "/notes/broken"])
def test_work_that_fails_half_way_leaves_nothing_and_may_be_tried_again(api: Client, path: str) -> None:
    for _attempt in range(2):
        response = post(api, path, {"text": "半"}, **{"Idempotency-Key": KEY})
        assert response.status_code in (404, 500)
        assert not response.has_header("Idempotency-Replayed")
    assert not Failure.objects.exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201, "二", "a b"])
def test_a_malformed_key_is_refused(api: Client, key: str) -> None:
    check_problem(post(api, "/notes", {"text": "一"}, **{"Idempotency-Key": key}), status=422, code="idempotency_key_malformed")


@pytest.mark.django_db
def test_an_open_endpoint_wants_a_key_nobody_meets_by_chance(anyone: Client) -> None:
    check_problem(
        post(anyone, "/open/notes", {"text": "一"}, **{"Idempotency-Key": "1"}),
        status=422,
        code="idempotency_key_malformed",
    )


@pytest.mark.django_db
def test_uploads_are_compared_by_their_bytes(anyone: Client) -> None:
    def send(content: bytes) -> Any:
        upload = SimpleUploadedFile("照片.txt", content)
        return anyone.post("/api/v1/open/upload", {"title": "t", "file": upload}, headers={"Idempotency-Key": KEY})

    assert send(b"one").json()["size"] == 3
    assert send(b"one")["Idempotency-Replayed"] == "true"
    check_problem(send(b"two"), status=422, code="idempotency_key_reused")


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_day(api: Client) -> None:
    post(api, "/notes", {"text": "一"}, **{"Idempotency-Key": KEY})
    made = IdempotencyKey.objects.get().created_at
    assert delete_expired(now=made + timedelta(hours=23)) == 0
    assert delete_expired(now=made + timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_runs_the_second_is_told_to_come_back() -> None:
    claim = Claim("token:1", KEY, b"h" * 32)
    inside, finish = threading.Event(), threading.Event()
    answers: list[HttpResponse] = []

    def slow() -> HttpResponse:
        inside.set()
        assert finish.wait(20)
        return HttpResponse(b"{}", status=201, content_type="application/json")

    def first() -> None:
        answers.append(once(claim, work=slow, now=NOW))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(20)
    with pytest.raises(InProgress) as told:
        once(claim, work=slow, now=NOW)
    assert told.value.details["retry_after_seconds"] == 1
    finish.set()
    thread.join(20)
    assert once(claim, work=slow, now=NOW)["Idempotency-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_one_does_the_work() -> None:
    claim = Claim("token:1", KEY, b"h" * 32)
    outcomes: list[str] = []
    start = threading.Barrier(6)

    def work() -> HttpResponse:
        Failure.objects.create(job_id=1, task_name="note", attempt=1, failed_at=NOW, error="")
        return HttpResponse(b"{}", status=201)

    def ask() -> None:
        start.wait(20)
        try:
            outcomes.append("replayed" if once(claim, work=work, now=NOW).has_header("Idempotency-Replayed") else "done")
        except Refusal:
            outcomes.append("later")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.count("done") == 1
    assert len(outcomes) == 6
    assert Failure.objects.count() == 1
