"""Complaints over the API, and the list as a file."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client

from lingting.kernel.accounts.models import Account, Role
from lingting.kernel.accounts.services import issue_token
from lingting.kernel.timeline.models import Entry
from lingting.service.complaints.tests.scene import classify, complaint_of, make_complaint_scene, refund
from lingting.service.desk.tests.scene import NOW, Scene

ROOT = "/api/v1/complaints"


@pytest.fixture
def scene(db: None) -> Scene:
    return make_complaint_scene()


def call(scene: Scene, method: str, path: str = "", body: object = None, *, owner: Account | None = None):
    scopes = ["complaints:read", "complaints:write"]
    _row, secret = issue_token("t", owner=owner, scopes=scopes, expires_at=None, by=scene.zhou, now=NOW)
    data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    answer = getattr(Client(), method)(ROOT + path, headers={"Authorization": f"Bearer {secret}"}, **data)
    return answer.status_code, json.loads(answer.content)


def test_the_list_holds_what_is_within_reach_and_asked_for(scene: Scene):
    mine, other = classify(scene, complaint_of(scene)), complaint_of(scene, assignee=scene.he, queue=scene.sales)
    assert {row["id"] for row in call(scene, "get")[1]["items"]} == {mine.pk, other.pk}
    assert [row["id"] for row in call(scene, "get", owner=scene.lin)[1]["items"]] == [mine.pk]
    assert [row["id"] for row in call(scene, "get", "?q=HY-W600")[1]["items"]] == [mine.pk]
    assert call(scene, "get", "?stage=closed")[1]["items"] == []
    first = call(scene, "get", "?limit=1")[1]
    assert [row["id"] for row in call(scene, "get", f"?limit=1&cursor={first['next']}")[1]["items"]] == [
        ({mine.pk, other.pk} - {first["items"][0]["id"]}).pop()
    ]


def test_one_is_read_with_its_compensation_by_whoever_may_see_it(scene: Scene):
    complaint = classify(scene, complaint_of(scene))
    refund(scene, complaint, 60)
    status, found = call(scene, "get", f"/{complaint.pk}", owner=scene.lin)
    assert (status, found["category"], found["compensations"][0]["item"]) == (200, "product-fault", "refund")
    assert call(scene, "get", f"/{complaint.pk}", owner=scene.he)[0] in (403, 404)
    assert call(scene, "get", "/999999")[0] == 404


def test_a_case_or_a_customers_words_become_a_complaint(scene: Scene):
    case = scene.case(assignee=scene.lin)
    assert call(scene, "post", "", {"case_id": case.pk}, owner=scene.lin)[0] == 201
    assert call(scene, "post", "", {"case_id": case.pk}, owner=scene.lin)[0] == 200
    words = {"customer_id": scene.customer.pk, "queue": scene.service.key, "subject": "来信", "words": "师傅没来"}
    status, made = call(scene, "post", "", words)
    assert (status, made["on_behalf"], made["stage"]) == (201, True, "received")
    assert call(scene, "post", "", {})[1]["code"] == "case_or_customer"
    assert call(scene, "post", "", words | {"queue": "nowhere"})[0] == 422
    assert call(scene, "post", "", {"case_id": 10**9})[0] == 404


def test_the_list_leaves_the_house_as_a_file_and_on_record(scene: Scene):
    complaint = classify(scene, complaint_of(scene), person_id=scene.he.pk)
    client = Client()
    client.force_login(scene.lin)
    assert client.get("/complaints/export.csv").status_code == 403
    Role.objects.filter(key="scene-role").update(
        permissions=[*Role.objects.get(key="scene-role").permissions, "complaints.export_complaints"]
    )
    answer = client.get("/complaints/export.csv?stage=all")
    head, row = csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")))  # type: ignore[arg-type]
    assert (row[0], row[6], row[12], len(row)) == (str(complaint.case_id), "HY-W600", str(scene.he), len(head))
    assert client.get("/complaints/export.xlsx").status_code == 200
    assert client.get("/complaints/export.pdf").status_code == 404
    assert Entry.objects.filter(kind="ComplaintsExported").count() == 2
