"""Customers over the API."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from django.test import Client

from lingting.demo.world import World
from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.services import issue_token
from lingting.service.crm.models import Customer

pytestmark = pytest.mark.django_db(transaction=False)
ROOT = "/api/v1/crm/customers"


class Caller:
    def __init__(self, secret: str) -> None:
        self.client, self.headers = Client(), {"Authorization": f"Bearer {secret}"}

    def call(self, method: str, path: str = "", body: object = None, **headers: str) -> tuple[int, object]:
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(self.client, method)(ROOT + path, headers=self.headers | headers, **data)
        return answer.status_code, json.loads(answer.content) if answer.content else None


@pytest.fixture
def token(world: World, now: datetime):
    def make(*scopes: str, owner: Account | None = None) -> Caller:
        _row, secret = issue_token("t", owner=owner, scopes=scopes, expires_at=None, by=world.administrator, now=now)
        return Caller(secret)

    return make


def test_a_customer_is_made_read_changed_and_found(token) -> None:
    caller = token("crm:read", "crm:write")
    given = {
        "name": "李雷",
        "tier": "gold",
        "city": "成都",
        "tags": ["老客"],
        "contact_points": [{"kind": "phone", "value": "138 0000 7777"}],
    }
    status, made = caller.call("post", body=given)
    assert status == 201
    assert (made["tier"], made["tags"], made["contact_points"][0]["value"]) == ("gold", ["老客"], "13800007777")
    status, changed = caller.call("patch", f"/{made['id']}", {"city": "绵阳", "tier": None})
    assert (status, changed["city"], changed["tier"], changed["name"]) == (200, "绵阳", None, "李雷")
    assert [row["id"] for row in caller.call("get", "?q=7777")[1]["items"]] == [made["id"]]
    status, point = caller.call("post", f"/{made['id']}/contact-points", {"kind": "email", "value": "Li@Example.com"})
    assert (status, point["value"]) == (201, "li@example.com")
    assert caller.call("delete", f"/{made['id']}/contact-points/{point['id']}")[0] == 204
    assert len(caller.call("get", f"/{made['id']}/contact-points")[1]) == 1


def test_the_same_key_makes_one_customer(token) -> None:
    caller = token("crm:write")
    for _time in range(2):
        status, _made = caller.call("post", body={"name": "只一位"}, **{"Idempotency-Key": "k-1"})
        assert status == 201
    assert Customer.objects.filter(name="只一位").count() == 1


def test_lists_go_on_where_they_ended(token) -> None:
    caller, seen, cursor = token("crm:read"), [], ""
    while cursor is not None:
        found = caller.call("get", f"?limit=7&cursor={cursor}" if cursor else "?limit=7")[1]
        seen += [row["id"] for row in found["items"]]
        cursor = found["next"]
    assert len(seen) == len(set(seen)) == Customer.objects.current().filter(is_guest=False).count()


def test_scopes_and_permissions_both_count(token, world: World) -> None:
    assert token("crm:read").call("post", body={"name": "x"})[0] == 403
    assert token("desk:read").call("get")[0] == 403
    assert token("crm:read", owner=world.knowledge_editor).call("get")[0] == 403
    assert token("crm:read", owner=world.newcomer).call("get")[0] == 200
    assert Client().get(ROOT).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x", "tier": "none"}, 422),
        ({"name": "x", "contact_points": [{"kind": "phone", "value": "abc"}]}, 422),
    ],
)
def test_wrong_input_is_refused_and_nothing_stays(body: dict, status: int, token) -> None:
    before = Customer.objects.count()
    assert token("crm:write").call("post", body=body)[0] == status
    assert Customer.objects.count() == before


def test_a_taken_number_says_whose_it_is(token, world: World) -> None:
    caller, owner = token("crm:write"), world.customer("wangxiulan")
    value = owner.contact_points.filter(kind="phone").get().value
    status, problem = caller.call("post", body={"name": "x", "contact_points": [{"kind": "phone", "value": value}]})
    assert (status, problem["code"]) == (409, "contact_point_taken")
    assert caller.call("get", "/999999999")[0] == 403 and token("crm:read").call("get", "/999999999")[0] == 404
