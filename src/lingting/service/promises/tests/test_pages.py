"""What runs out, the policies, and the promise beside a case, as pages."""

from __future__ import annotations

import pytest
from django.test import Client

from lingting.kernel.accounts.models import Role
from lingting.kernel.timeline.events import SYSTEM
from lingting.service.desk import services as desk
from lingting.service.desk.tests.scene import EVERYTHING, NOW, Scene, make_scene
from lingting.service.promises import foundation, services
from lingting.service.promises.models import Policy


@pytest.fixture
def scene(db: None) -> Scene:
    foundation.lay(now=NOW)
    made = make_scene()
    Role.objects.filter(key="scene-role").update(permissions=[*EVERYTHING, "promises.manage_policies"])
    return made


def test_what_runs_out_is_listed_for_whoever_sees_the_case(scene: Scene, client: Client):
    case = desk.open_case(
        scene.customer.pk, queue_id=scene.service.pk, channel="mail", actor=SYSTEM, now=NOW, subject="漏水", assignee_id=scene.lin.pk
    )
    thread = desk.start_conversation(case.pk, channel="mail", now=NOW)
    scene.says(thread, "漏水了")
    client.force_login(scene.lin)
    assert "漏水" in client.get("/promises/").content.decode()
    assert f"/desk/cases/{case.pk}/" in client.get("/promises/?only=first-answer").content.decode()
    side = client.get(f"/desk/cases/{case.pk}/side/").content.decode()
    assert "邮件 24 小时答复" in side or "Mail answered within 24 hours" in side
    client.force_login(scene.he)
    assert f"/desk/cases/{case.pk}/" not in client.get("/promises/").content.decode()


def test_a_policy_is_written_in_the_browser_with_its_ladder(scene: Scene, client: Client):
    client.force_login(scene.zhou)
    form = {
        "name_zh": "贵宾", "order": "5", "is_active": "on", "channels": ["mail"], "resolution_minutes": "24",
        "rung-0-act": "tell-person", "rung-0-share": "0.8",
    }  # fmt: skip
    refused = client.post("/promises/policies/new/", form)
    assert refused.status_code == 422
    assert "贵宾" in refused.content.decode()
    more = client.post("/promises/policies/ladder/", form | {"rung_act": "add"})
    assert more.content.decode().count("pr-rung") == 2
    saved = client.post("/promises/policies/new/", form | {"rung-0-person_id": str(scene.zhao.pk)})
    assert saved.status_code == 302
    made = Policy.objects.get(name_zh="贵宾")
    assert (made.resolution_minutes, made.rungs.get().person) == (1440, scene.zhao)
    page = client.get(f"/promises/policies/{made.pk}/").content.decode()
    assert 'value="24"' in page
    assert "贵宾" in client.get("/promises/policies/").content.decode()
    client.post(f"/promises/policies/{made.pk}/removal/")
    assert not Policy.objects.filter(pk=made.pk).exists()


def test_a_policy_that_holds_is_put_out_of_use_not_deleted(scene: Scene, client: Client):
    client.force_login(scene.zhou)
    policy = services.save_policy({"name_zh": "全部", "order": 1, "resolution_minutes": 60})
    scene.case()
    assert client.post(f"/promises/policies/{policy.pk}/removal/").status_code == 409
