"""Work orders on their screens: beside the case, by link, for members, in settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lingting.kernel.accounts.models import Grant, Role
from lingting.platform.files.models import StoredFile
from lingting.platform.files.registry import in_use
from lingting.platform.rest.limits import forget_portions
from lingting.service.desk.tests.scene import Scene, make_scene, signed_in
from lingting.service.workorders import foundation, services
from lingting.service.workorders.models import Department, WorkOrder


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    forget_portions()
    yield
    forget_portions()


@pytest.fixture
def scene(db: None) -> Scene:
    foundation.lay(now=timezone.now())
    made = make_scene()
    asking = Role.objects.create(key="scene-asks", name_zh="协作", permissions=["workorders.ask_departments"])
    Grant.objects.create(account=made.lin, role=asking, reach="all", granted_at=timezone.now())
    return made


@pytest.fixture
def logistics(scene: Scene) -> Department:
    return services.save_department({"name_zh": "物流", "name_en": "Logistics", "minutes": 60, "members": [scene.he.pk]})


@pytest.fixture
def order(scene: Scene, logistics: Department) -> tuple[WorkOrder, str]:
    case = scene.case(assignee=scene.lin, subject="包裹没到")
    return services.ask_department(
        case.pk, department_id=logistics.pk, subject="查包裹", question="到哪里了？", actor=scene.lin.as_actor, now=timezone.now()
    )


def test_an_agent_asks_from_the_case_and_sees_the_link_once(scene: Scene, logistics: Department):
    case = scene.case(assignee=scene.lin, subject="包裹没到")
    client = signed_in(scene.lin)
    assert "查包裹" not in client.get(f"/work-orders/cases/{case.pk}/").content.decode()
    form = {"department": logistics.pk, "subject": "查包裹", "question": "到哪里了？", "hours": "0.5",
            "files": SimpleUploadedFile("面单.txt", "运单".encode())}  # fmt: skip
    answer = client.post(f"/work-orders/cases/{case.pk}/", form, headers={"HX-Request": "true"})
    made = WorkOrder.objects.get(parent=case)
    assert answer.status_code == 200 and "/w/" in answer.content.decode()
    assert made.case.subject == f"#{case.pk} · 查包裹" and made.case.type_id is None
    assert "查包裹" in client.get(f"/desk/cases/{case.pk}/side/").content.decode()
    assert "面单.txt" in client.get(f"/work-orders/{made.pk}/").content.decode()


def test_somebody_without_the_permission_cannot_ask(scene: Scene, logistics: Department):
    case = scene.case(assignee=scene.zhao)
    assert signed_in(scene.zhao).post(f"/work-orders/cases/{case.pk}/", {}).status_code == 403


def test_a_colleague_who_may_not_see_the_case_cannot_ask_about_it(scene: Scene, logistics: Department):
    case = scene.case(assignee=scene.he, queue=scene.sales)
    assert signed_in(scene.lin).get(f"/work-orders/cases/{case.pk}/").status_code == 404


def test_the_link_answers_without_an_account_and_remembers_the_name(order: tuple[WorkOrder, str]):
    found, token = order
    client = Client()
    page = client.get(f"/w/{token}/")
    assert "到哪里了？" in page.content.decode() and page.headers["Cache-Control"] == "private, no-store"
    assert client.post(f"/w/{token}/", {"act": "accept", "name": " "}).status_code == 422
    assert client.post(f"/w/{token}/", {"act": "accept", "name": "小王"}).status_code == 303
    assert 'value="小王"' in client.get(f"/w/{token}/").content.decode()
    assert client.post(f"/w/{token}/", {"act": "answer", "name": "小王", "text": ""}).status_code == 422
    photo = SimpleUploadedFile("签收单.txt", "已签收".encode())
    assert client.post(f"/w/{token}/", {"act": "answer", "name": "小王", "text": "明天到", "files": photo}).status_code == 303
    found.refresh_from_db()
    assert (found.state, found.answer, found.answered_by) == ("answered", "明天到", "小王")
    assert client.post(f"/w/{token}/", {"act": "answer", "name": "小李", "text": "后天到"}).status_code == 409


def test_a_wrong_renewed_or_outlived_link_gets_a_friendly_page(order: tuple[WorkOrder, str]):
    found, token = order
    assert Client().get("/w/wrong/").status_code == 404
    fresh = services.new_link(found.pk, now=timezone.now())
    assert Client().get(f"/w/{token}/").status_code == 404
    WorkOrder.objects.update(link_until_at=timezone.now() - timedelta(seconds=1))
    gone = Client().get(f"/w/{fresh}/")
    assert gone.status_code == 404 and "查包裹" not in gone.content.decode()


def test_who_guesses_links_soon_waits(db: None):
    statuses = [Client().get(f"/w/guess-{number}/").status_code for number in range(40)]
    assert statuses[0] == 404 and statuses[-1] == 429


def test_a_member_answers_without_any_desk_permission_and_strangers_see_nothing(scene: Scene, order: tuple[WorkOrder, str]):
    found, _token = order
    Grant.objects.filter(account__in=[scene.he, scene.zhao]).delete()
    member, stranger = signed_in(scene.he), signed_in(scene.zhao)
    assert "查包裹" in member.get("/work-orders/").content.decode()
    assert "查包裹" not in stranger.get("/work-orders/").content.decode()
    assert stranger.get(f"/work-orders/{found.pk}/").status_code == 404
    assert member.post(f"/work-orders/{found.pk}/", {"act": "ask_back", "text": "谁收件？"}).status_code == 302
    found.refresh_from_db()
    assert found.state == "returned"
    centre = signed_in(scene.lin)
    assert centre.post(f"/work-orders/{found.pk}/reply/", {"text": "王芳", "next": "order"}).status_code == 302
    assert member.post(f"/work-orders/{found.pk}/", {"act": "answer", "text": "已送到"}).status_code == 302
    assert "已送到" in centre.get(f"/work-orders/{found.pk}/").content.decode()
    assert "查包裹" in member.get("/work-orders/?show=answered").content.decode()


def test_files_are_for_members_and_who_sees_the_case(scene: Scene, order: tuple[WorkOrder, str]):
    _found, token = order
    photo = SimpleUploadedFile("底单.txt", "底单".encode())
    Client().post(f"/w/{token}/", {"act": "ask_back", "name": "小王", "text": "看附件", "files": photo})
    file = StoredFile.objects.get(original_name="底单.txt")
    address = f"/files/{file.public_id}/{file.original_name}"
    assert in_use([file.pk]) == {file.pk}
    assert signed_in(scene.he).get(address).status_code == 200
    assert signed_in(scene.lin).get(address).status_code == 200
    assert signed_in(scene.zhao).get(address).status_code == 200  # 赵磊 leads 林晓
    Grant.objects.filter(account=scene.zhao).delete()
    assert signed_in(scene.zhao).get(address).status_code == 404
    assert Client().get(address).status_code == 404


def test_a_withdrawn_order_cannot_be_answered_by_link(scene: Scene, order: tuple[WorkOrder, str]):
    found, token = order
    assert signed_in(scene.lin).post(f"/work-orders/{found.pk}/withdrawal/").status_code == 302
    assert Client().post(f"/w/{token}/", {"act": "answer", "name": "小王", "text": "晚了"}).status_code == 409


def test_handed_on_by_a_member_leaves_their_list(scene: Scene, order: tuple[WorkOrder, str]):
    found, _token = order
    Grant.objects.filter(account=scene.he).delete()
    repair = services.save_department({"name_zh": "维修", "minutes": 120})
    answer = signed_in(scene.he).post(
        f"/work-orders/{found.pk}/", {"act": "hand_on", "department": repair.pk, "text": "是维修件"}
    )
    assert answer.headers["Location"] == "/work-orders/"
    assert signed_in(scene.he).get(f"/work-orders/{found.pk}/").status_code == 404


def test_departments_are_kept_in_the_browser(scene: Scene):
    role = Role.objects.create(key="scene-departments", name_zh="管理", permissions=["workorders.manage_departments"])
    Grant.objects.create(account=scene.zhou, role=role, reach="all", granted_at=timezone.now())
    client = signed_in(scene.zhou)
    form = {"name_zh": "财务", "name_en": "Finance", "hours": "1.5", "mail": "cai@example.com", "members": [scene.he.pk],
            "order": "10", "is_active": "on"}  # fmt: skip
    assert client.post("/work-orders/departments/new/", form).status_code == 302
    made = Department.objects.get(name_zh="财务")
    assert (made.minutes, made.mail, made.members.get()) == (90, "cai@example.com", scene.he)
    assert "1.5" in client.get(f"/work-orders/departments/{made.pk}/").content.decode()
    assert client.post("/work-orders/departments/new/", {"name_zh": ""}).status_code == 422
    assert "财务" in client.get("/work-orders/departments/").content.decode()
    assert signed_in(scene.lin).get("/work-orders/departments/").status_code == 403
