"""The API of procedures: the same reach as the pages, a whole run through it, and nothing for strangers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.test import Client

from lingting.demo.world import World
from lingting.kernel.procedures import registry
from lingting.kernel.procedures.models import Procedure, Run
from lingting.kernel.procedures.registry import KnowledgeKind, Reference
from lingting.kernel.procedures.tests.conftest import THING, Things
from lingting.kernel.procedures.tests.test_pages import begin, client_of

API = "/api/v1"


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"{API}{path}", body, content_type="application/json")


def test_written_procedures_are_listed_with_their_steps(procedure: Procedure, world: World) -> None:
    client = client_of(world.manager)
    line = client.get(f"{API}/procedures").json()["items"][0]
    assert (line["key"], line["version"], line["subject_kind"]) == ("complaint", 1, THING)
    steps = client.get(f"{API}/procedures/complaint").json()["steps"]
    assert steps[0]["outcomes"] == {"normal": "plan", "invalid": "answer"} and steps[-1]["outcomes"] == {"answered": None}
    assert client.get(f"{API}/procedures/nothing").status_code == 404
    assert client_of(world.newcomer).get(f"{API}/procedures").status_code == 403


def test_steps_are_done_and_decided_by_those_who_have_them(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    client = client_of(world.newcomer)
    mine = client.get(f"{API}/procedure-steps").json()
    assert [one["step"] for one in mine] == ["classify"] and mine[0]["outcomes"] == ["normal", "invalid"]
    assert post(client, f"/procedure-steps/{mine[0]['id']}/completion", {"outcome": "nothing"}).status_code == 422
    after = post(client, f"/procedure-steps/{mine[0]['id']}/completion", {"outcome": "normal"}).json()
    plan = next(one for one in after["steps"] if one["state"] == "open")
    assert (plan["step"], plan["form"], plan["outcomes"]) == ("plan", "plan", [])
    wrong = post(client, f"/procedure-steps/{plan['id']}/completion", {"answers": {}})
    assert wrong.status_code == 422 and "amount" in wrong.json()["fields"]
    done = post(client, f"/procedure-steps/{plan['id']}/completion", {"answers": {"amount": 20}}).json()
    assert [one["step"] for one in done["steps"] if one["state"] == "open"] == ["answer"]
    again = post(client, f"/procedure-steps/{plan['id']}/completion", {"answers": {"amount": 20}})
    assert again.status_code == 409
    stranger = client_of(world.knowledge_editor)
    assert post(stranger, f"/procedure-steps/{plan['id']}/completion", {}).status_code == 404
    assert Run.objects.get(pk=run.pk).state == "running"


def test_a_run_is_started_and_read_by_those_who_see_what_it_is_about(
    procedure: Procedure, things: Things, world: World, now: datetime
) -> None:
    body = {"procedure": "complaint", "subject_kind": THING, "subject_id": 7}
    assert post(client_of(world.experienced), "/procedure-runs", body).status_code == 403, "seeing is not starting"
    assert post(client_of(world.manager), "/procedure-runs", body).status_code == 404, "nor is managing seeing"
    begin(world, now)
    found = client_of(world.experienced).get(f"{API}/procedure-runs?subject_kind={THING}&subject_id=1").json()["items"]
    assert [one["procedure"] for one in found] == ["complaint"]
    assert client_of(world.experienced).get(f"{API}/procedure-runs/{found[0]['id']}").json()["steps"][0]["step"] == "classify"
    assert client_of(world.newcomer).get(f"{API}/procedure-runs/{found[0]['id']}").status_code == 404


def test_required_knowledge_is_picked_by_name(procedure: Procedure, world: World) -> None:
    article = Reference(key="tests.piece:1", label="退款规定", url="/pieces/1/")
    kind = KnowledgeKind(label="Piece", resolve=lambda _ids: {"1": article}, find=lambda words: [article] if words in article.label else [])
    registry.register_knowledge("tests.piece", kind)
    try:
        client = client_of(world.manager)
        assert client.get("/procedures/knowledge/?q=退款").json()["found"] == [
            {"value": "tests.piece:1", "label": "退款规定", "detail": "Piece"}
        ]
        page = f"/procedures/{procedure.pk}/draft/?step=classify"
        assert client.get(page).status_code == 200
        given = {"title_zh": "分类", "owner_kind": "subject", "knowledge": ["tests.piece:1", "", "tests.piece:1"]}
        assert client.post(page, given).status_code == 302
        step = procedure.versions.get(state="draft").steps.get(key="classify")
        assert step.knowledge == ["tests.piece:1"]
        assert "退款规定" in client.get(page).content.decode()
    finally:
        registry.forget_knowledge("tests.piece")
