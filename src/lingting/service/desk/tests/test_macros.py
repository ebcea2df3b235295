"""Several acts under one key."""

from __future__ import annotations

import pytest
from django.test import Client

from lingting.service.desk import services
from lingting.service.desk.models import Macro
from lingting.service.desk.tests.scene import NOW, Scene

ACTS = [{"key": "tag", "params": {"name": "发票"}}, {"key": "close", "params": {}}]


def test_a_macro_does_all_its_acts_or_none(scene: Scene):
    macro = services.save_macro("发票已寄", name_en="", actions=ACTS, owner_id=None)
    case = scene.case(assignee=scene.lin)
    services.run_macro(macro, case.pk, actor=scene.lin.as_actor, now=NOW)
    case.refresh_from_db()
    assert (case.state, list(case.tags.values_list("name", flat=True))) == ("closed", ["发票"])
    other = services.save_macro("先关后标", name_en="", actions=ACTS[::-1], owner_id=None)
    second = scene.case(assignee=scene.lin)
    with pytest.raises(services.CaseIsClosed):
        services.run_macro(other, second.pk, actor=scene.lin.as_actor, now=NOW)
    second.refresh_from_db()
    assert second.state == "open"


def test_a_macro_is_run_from_the_page_by_whoever_may_do_each_act(scene: Scene, client: Client):
    macro = services.save_macro("发票已寄", name_en="", actions=ACTS, owner_id=None)
    case = scene.case(assignee=scene.lin)
    client.force_login(scene.he)
    assert client.post(f"/desk/cases/{case.pk}/macro/", {"value": macro.pk}).status_code == 404
    client.force_login(scene.lin)
    offered = client.get(f"/desk/cases/{case.pk}/choices/macro/").json()["options"]
    assert [each["value"] for each in offered] == [macro.pk]
    client.post(f"/desk/cases/{case.pk}/macro/", {"value": macro.pk})
    case.refresh_from_db()
    assert case.state == "closed"


def test_ones_own_macro_is_nobody_elses(scene: Scene, client: Client):
    macro = services.save_macro("我的", name_en="", actions=ACTS, owner_id=scene.lin.pk)
    client.force_login(scene.zhao)
    assert client.get(f"/desk/settings/macros/{macro.pk}/").status_code == 404
    client.force_login(scene.lin)
    assert client.get(f"/desk/settings/macros/{macro.pk}/").status_code == 200


def test_macros_are_written_in_the_browser(scene: Scene, client: Client):
    client.force_login(scene.lin)
    form = {"name_zh": "", "act-0-key": "tag", "act-0-name": "发票", "shared": "on"}
    refused = client.post("/desk/settings/macros/new/", form)
    assert refused.status_code == 422
    assert "发票" in refused.content.decode()
    assert client.post("/desk/settings/macros/shape/", form | {"act": "add-act"}).content.decode().count("au-line") == 2
    client.post("/desk/settings/macros/new/", form | {"name_zh": "标发票"})
    macro = Macro.objects.get()
    assert (macro.owner_id, macro.actions) == (None, [{"key": "tag", "params": {"name": "发票"}}])
    assert "标发票" in client.get("/desk/settings/macros/").content.decode()
    client.post(f"/desk/settings/macros/{macro.pk}/removal/")
    assert not Macro.objects.exists()
