"""The desk over the API: the same rights, the same refusals, the same once-only."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from lingting.service.desk import services
from lingting.service.desk.models import Case, Message
from lingting.service.desk.tests.scene import NOW, Scene, later, signed_in

BASE = "/api/v1/desk"


def post(client: Client, path: str, body: dict, **headers: str):
    return client.post(f"{BASE}{path}", body, content_type="application/json", headers=headers)


def test_the_list_keeps_to_ones_sight_and_pages_on(scene: Scene):
    mine = [scene.case(assignee=scene.lin, at=later(number)).pk for number in range(3)]
    scene.case(queue=scene.sales)
    client = signed_in(scene.lin)
    first = client.get(f"{BASE}/cases", {"limit": 2}).json()
    rest = client.get(f"{BASE}/cases", {"limit": 2, "after": first["next"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == mine[::-1]
    assert rest["next"] is None
    assert first["items"][0]["customer_name"] == "王芳"


@pytest.mark.parametrize("query", [{"state": "wrong"}, {"limit": 1000}, {"priority": 9}, {"queue": -1}, {"view": "x"}])
def test_filters_that_make_no_sense_are_refused(scene: Scene, query: dict):
    response = signed_in(scene.zhou).get(f"{BASE}/cases", query)
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"


def test_strange_cursors_begin_at_the_start(scene: Scene):
    case = scene.case()
    for after in ("x", "////", "MTIz", "LTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkuMQ"):
        assert [item["id"] for item in signed_in(scene.zhou).get(f"{BASE}/cases", {"after": after}).json()["items"]] == [case.pk]


def test_another_ones_case_is_not_there(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    client = signed_in(scene.he)
    assert client.get(f"{BASE}/cases/{case.pk}").status_code == 404
    assert client.get(f"{BASE}/cases/{case.pk}/messages").status_code == 404
    assert post(client, f"/cases/{case.pk}/messages", {"text": "x"}).status_code == 404
    assert post(client, f"/cases/{case.pk}/closure", {}).status_code == 404


def test_a_message_is_added_once_per_key(scene: Scene):
    case, talk = scene.chat(assignee=scene.lin)
    scene.says(talk, "在吗")
    client, key = signed_in(scene.lin), str(uuid4())
    first = post(client, f"/cases/{case.pk}/messages", {"text": "在的", "client_key": key})
    again = post(client, f"/cases/{case.pk}/messages", {"text": "在的", "client_key": key})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert [item["text"] for item in client.get(f"{BASE}/cases/{case.pk}/messages").json()["items"]] == ["在吗", "在的"]


def test_people_do_not_speak_for_customers(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    response = post(signed_in(scene.lin), f"/cases/{case.pk}/messages", {"text": "x", "kind": "customer"})
    assert response.status_code == 403
    assert Message.objects.count() == 0


def test_closing_twice_is_a_conflict_that_names_the_first(scene: Scene):
    case, _talk = scene.chat(assignee=scene.lin)
    services.close_case(case.pk, actor=scene.zhao.as_actor, now=NOW)
    response = post(signed_in(scene.lin), f"/cases/{case.pk}/closure", {})
    assert response.status_code == 409
    assert "赵磊" in response.json()["detail"]


@pytest.mark.parametrize(
    "body", [{"text": ""}, {"text": "x" * 20_001}, {}, {"text": "x", "client_key": "no"}, {"text": "x", "kind": "bot"}]
)
def test_impossible_messages_are_refused_whole(scene: Scene, body: dict):
    case, _talk = scene.chat(assignee=scene.lin)
    assert post(signed_in(scene.lin), f"/cases/{case.pk}/messages", body).status_code == 422
    assert Message.objects.count() == 0


def test_a_case_is_opened_for_a_customer(scene: Scene):
    client = signed_in(scene.lin)
    made = post(
        client, "/cases", {"customer_id": scene.customer.pk, "queue": "scene-service", "channel": "mail", "subject": "发票"}
    )
    assert made.status_code == 201
    assert made.json()["conversations"][0]["channel"] == "mail"
    assert post(client, "/cases", {"customer_id": 999_999, "queue": "scene-service"}).status_code == 422
    assert post(client, "/cases", {"customer_id": scene.customer.pk, "queue": "nowhere"}).status_code == 422


def test_an_import_answers_for_each_item(scene: Scene):
    good = {
        "queue": "scene-service", "channel": "mail", "opened_at": NOW.isoformat(), "customer": scene.customer.pk,
        "messages": [{"kind": "customer", "text": "旧问题", "said_at": NOW.isoformat()}],
    }  # fmt: skip
    answer = post(
        signed_in(scene.zhou),
        "/imports",
        {
            "items": [
                good,
                {**good, "queue": "x"},
                {**good, "messages": [{"kind": "customer", "text": " ", "said_at": NOW.isoformat()}]},
            ]
        },
    )
    assert answer.status_code == 200
    assert (answer.json()["created"], answer.json()["refused"]) == (1, 2)
    assert [bool(result["problem"]) for result in answer.json()["results"]] == [False, True, True]
    assert Case.objects.get().preview == "旧问题"
    assert post(signed_in(scene.zhou), "/imports", {"items": []}).status_code == 422
