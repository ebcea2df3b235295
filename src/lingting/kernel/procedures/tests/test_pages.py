"""The pages: a procedure is written and published in the browser, steps are done in it, strangers see nothing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from lingting.demo.world import World
from lingting.kernel.procedures import services
from lingting.kernel.procedures.differences import differences
from lingting.kernel.procedures.models import Procedure, Reading, Run, StepState, Version
from lingting.kernel.procedures.tests.conftest import THING, Things, complaint

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}


def client_of(account: Any) -> Client:
    client = Client(**LOCAL)
    client.force_login(account)
    return client


def begin(world: World, now: datetime) -> Run:
    return services.start_run("complaint", subject_kind=THING, subject_id=1, account=world.team_leader, now=now)


def test_every_page_of_a_procedure_is_there_for_its_writers(procedure: Procedure, world: World, now: datetime) -> None:
    begin(world, now)
    client = client_of(world.manager)
    version = procedure.versions.get()
    for path in ("", "new/", "import/", f"{procedure.pk}/", f"{procedure.pk}/sheet/", f"{procedure.pk}/draft/", f"{procedure.pk}/draft/?step=approve",
                 f"{procedure.pk}/publication/", f"{procedure.pk}/report/?days=7", f"versions/{version.pk}/", "steps/", "steps/?show=all"):  # fmt: skip
        answer = client.get(f"/procedures/{path}")
        assert answer.status_code == 200, path
    assert client_of(world.newcomer).get("/procedures/").status_code == 403


def test_a_procedure_is_written_and_published_in_the_browser(procedure: Procedure, world: World, now: datetime) -> None:
    client = client_of(world.manager)
    client.post("/procedures/new/", {"name_zh": "回访", "name_en": "Call back", "subject_kind": THING})
    made = Procedure.objects.get(name_zh="回访")
    client.post(f"/procedures/{made.pk}/draft/steps/", {"title": "致电", "kind": "task"})
    client.post(f"/procedures/{made.pk}/draft/steps/", {"title": "记录", "kind": "task"})
    first, second = made.versions.get().steps.all()
    assert first.outcomes.get().next_step == second
    page = client.get(f"/procedures/{made.pk}/publication/").content.decode()
    assert "leads nowhere" in page or "没有后续" in page
    refused = client.post(f"/procedures/{made.pk}/publication/", {"note": ""})
    assert refused.status_code == 422
    values = {
        "title_zh": "记录",
        "owner_kind": "subject",
        "limit_minutes": "1 小时 30 分",
        "outcome-0-key": "done",
        "outcome-0-zh": "完成",
        "outcome-0-next": "end",
    }
    client.post(f"/procedures/{made.pk}/draft/?step={second.key}", values)
    assert client.post(f"/procedures/{made.pk}/publication/", {"note": "首版"}).status_code == 302
    assert made.versions.get().state == "published"
    client.post(f"/procedures/{made.pk}/draft/steps/{first.key}/place/", {"to": "1"})
    draft = made.versions.get(state="draft")
    assert [step.limit_minutes for step in draft.steps.all()] == [90, None]
    assert [step.title_zh for step in draft.steps.all()] == ["记录", "致电"] and made.versions.count() == 2
    client.post(f"/procedures/{made.pk}/draft/steps/{first.key}/removal/")
    assert draft.steps.count() == 1
    client.post(f"/procedures/{made.pk}/draft/discarding/")
    assert made.versions.count() == 1


def test_a_step_with_a_form_is_done_in_the_browser(procedure: Procedure, world: World, now: datetime) -> None:
    run = begin(world, now)
    client = client_of(world.newcomer)
    first = run.steps.get()
    assert "分类" in client.get(f"/procedures/steps/{first.pk}/").content.decode()
    client.post(f"/procedures/steps/{first.pk}/completion/", {"outcome": "normal"})
    plan = run.steps.get(state=StepState.OPEN)
    wrong = client.post(f"/procedures/steps/{plan.pk}/completion/", {"answer-amount": "viel"})
    assert wrong.status_code == 422 and "viel" in wrong.content.decode()
    client.post(f"/procedures/steps/{plan.pk}/completion/", {"answer-amount": "300"})
    approval = run.steps.get(state=StepState.OPEN)
    assert str(approval.amount) == "300.00"
    leader = client_of(world.team_leader)
    assert "300.00" in leader.get(f"/procedures/steps/{approval.pk}/").content.decode()
    leader.post(f"/procedures/steps/{approval.pk}/decision/", {"decision": "approved"})
    assert run.steps.get(state=StepState.OPEN).step.key == "answer"


def test_a_step_is_hidden_from_those_it_does_not_concern(procedure: Procedure, world: World, now: datetime) -> None:
    first = begin(world, now).steps.get()
    stranger = client_of(world.knowledge_editor)
    for path in ("", "completion/", "skip/", "decision/", "taking/", "assignment/"):
        answer = (
            stranger.get(f"/procedures/steps/{first.pk}/") if not path else stranger.post(f"/procedures/steps/{first.pk}/{path}")
        )
        assert answer.status_code == 404, path
    assert client_of(world.experienced).get(f"/procedures/steps/{first.pk}/").status_code == 200, "may see the subject"
    assert (
        client_of(world.experienced).post(f"/procedures/steps/{first.pk}/completion/", {"outcome": "normal"}).status_code == 403
    )


def test_readers_are_asked_confirm_and_are_reminded(procedure: Procedure, things: Things, world: World, now: datetime) -> None:
    version = procedure.versions.get()
    asked = Reading.objects.filter(version=version)
    assert asked.filter(account=world.team_leader).exists() and asked.filter(account=world.newcomer).exists()
    assert not asked.filter(account=world.knowledge_editor).exists()
    count = asked.count()
    client = client_of(world.newcomer)
    assert client.get("/procedures/steps/").content.decode().count("投诉处理") == 1
    client.post(f"/procedures/readings/{version.pk}/")
    assert asked.get(account=world.newcomer).confirmed_at is not None
    later = now.replace(day=now.day + 5)
    assert services.remind_readers(version, now=later) == count - 1
    assert services.remind_readers(version, now=later) == 0
    assert services.ask_readers(version, now=later) == 0
    assert client_of(world.knowledge_editor).get(f"/procedures/readings/{version.pk}/").status_code == 404


def test_an_export_is_read_back_the_same(procedure: Procedure, world: World, now: datetime) -> None:
    version = procedure.versions.get()
    client = client_of(world.manager)
    written = json.loads(client.get(f"/procedures/versions/{version.pk}/definition/").content)
    client.post("/procedures/import/", {"text": json.dumps(written)})
    draft = procedure.versions.get(state="draft")
    assert services.export_procedure(draft) == written and differences(version, draft) == []
    assert client.post("/procedures/import/", {"text": "{}"}).status_code == 422
    assert client.post("/procedures/import/", {"text": "nonsense"}).status_code == 422


def test_what_changed_is_named(procedure: Procedure, now: datetime) -> None:
    changed = complaint()
    changed["steps"][0]["limit_minutes"] = 30
    del changed["steps"][4:8]
    changed["steps"][3]["outcomes"][0]["next"] = "answer"
    services.import_procedure(changed, now=now)
    found = {(change.what, change.title) for change in differences(*procedure.versions.order_by("number"))}
    assert ("changed", "分类") in found and ("removed", "汇合") in found and ("changed", "是否 VIP") in found


@pytest.mark.parametrize(
    "broken",
    [{}, {"key": "x", "name": "甲", "steps": 3}, {"key": "x", "name": "甲", "steps": [{"key": "a", "kind": "dance"}]},
     {"key": "x", "name": "甲", "steps": [{"key": "a", "owner": {"kind": "king"}}]}, {"key": "x", "name": "甲", "steps": [{"key": "a", "limit_minutes": -1}]},
     {"key": "x", "name": "甲", "steps": [{"key": "a", "outcomes": [{"next": "ghost"}]}]}, {"key": 3, "name": "甲"},
     {"key": "x", "name": "甲", "steps": [{"key": "a", "levels": [{"up_to": "viel"}]}]}],
)  # fmt: skip
def test_a_broken_definition_is_refused_and_nothing_stays(world: World, now: datetime, broken: dict[str, Any]) -> None:
    with pytest.raises(services.BadDefinition):
        services.import_procedure(broken, now=now)
    assert not Procedure.objects.exists() and not Version.objects.exists()


def test_lists_cost_the_same_whatever_their_length(
    procedure: Procedure, world: World, now: datetime, django_assert_max_num_queries
) -> None:
    for pk in range(1, 8):
        services.start_run("complaint", subject_kind=THING, subject_id=pk, account=world.team_leader, now=now)
    client = client_of(world.newcomer)
    client.get("/procedures/steps/")
    with django_assert_max_num_queries(16):
        client.get("/procedures/steps/")
    writer = client_of(world.manager)
    writer.get("/procedures/")
    with django_assert_max_num_queries(16):
        writer.get("/procedures/")
