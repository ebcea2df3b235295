"""The pages: who sees what, and that each act goes through."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lingting.service.complaints import services
from lingting.service.complaints.models import Category, Cause, CompensationItem, CompensationLimit, Complaint, Measure
from lingting.service.complaints.tests.scene import category, classify, complaint_of, make_complaint_scene, refund
from lingting.service.crm.models import ContactPoint
from lingting.service.desk.tests.scene import NOW, Scene
from lingting.service.routing.models import Contact

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def scene(db: None) -> Scene:
    return make_complaint_scene()


def sign_in(account: object) -> Client:
    client = Client()
    client.force_login(account)  # type: ignore[arg-type]
    return client


def test_the_list_shows_what_is_within_reach(scene: Scene):
    mine, other = complaint_of(scene), complaint_of(scene, assignee=scene.he, queue=scene.sales)
    lin = sign_in(scene.lin).get(reverse("complaints:complaints"))
    assert [one.pk for one in lin.context["page"].items] == [mine.pk]
    zhou = sign_in(scene.zhou).get(reverse("complaints:complaints"))
    assert {one.pk for one in zhou.context["page"].items} == {mine.pk, other.pk}


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("stage=received", 1), ("stage=closed", 0), ("severity=4", 1), ("flag=regulator", 1), ("flag=public", 0), ("flag=repeat", 0),
     ("q=HY-W600", 1), ("q=王芳", 2), ("severity=x&category=9999999999999", 0), ("stage=all", 2)],
)  # fmt: skip
def test_filters(scene: Scene, query: str, count: int):
    complaint_of(scene)
    classify(scene, complaint_of(scene), is_regulator=True)
    shown = sign_in(scene.zhou).get(reverse("complaints:complaints") + "?" + query)
    assert len(shown.context["page"].items) == count


def test_whoever_has_no_permission_is_kept_out(scene: Scene):
    complaint = complaint_of(scene)
    scene.he.grants.all().delete()
    client = sign_in(scene.he)
    for name, args in (("complaints", []), ("classes", [complaint.pk]), ("hot-spots", []), ("measures", []), ("catalogue", [])):
        assert client.get(reverse(f"complaints:{name}", args=args)).status_code == 403


def test_a_complaint_beyond_ones_reach_is_not_there(scene: Scene):
    complaint = classify(scene, complaint_of(scene))
    made = refund(scene, complaint, 400)
    he = sign_in(scene.he)
    for name in ("classes", "answer", "compensation", "closure"):
        assert he.get(reverse(f"complaints:{name}", args=[complaint.pk]), **HTMX).status_code == 404
    assert he.post(reverse("complaints:granting", args=[made.pk]), **HTMX).status_code == 404
    assert he.post(reverse("complaints:filing", args=[scene.case(assignee=scene.lin).pk]), **HTMX).status_code == 404
    assert he.get(reverse("complaints:classes", args=[999_999]), **HTMX).status_code == 404


def test_an_agent_may_not_decide(scene: Scene):
    made = refund(scene, complaint_of(scene), 400)
    assert sign_in(scene.lin).post(reverse("complaints:decision", args=[made.pk]), {"verdict": "approve"}, **HTMX).status_code == 403


def test_the_whole_way_by_dialogs(scene: Scene):
    lin, zhao = sign_in(scene.lin), sign_in(scene.zhao)
    case = scene.case(assignee=scene.lin, at=timezone.now())
    assert lin.post(reverse("complaints:filing", args=[case.pk]), **HTMX).status_code == 204
    complaint = Complaint.objects.get(case=case)

    def send(client: Client, name: str, pk: int, **given: object) -> int:
        address = reverse(f"complaints:{name}", args=[pk])
        if name != "granting":
            assert client.get(address, **HTMX).status_code == 200
        return client.post(address, given, **HTMX).status_code

    assert send(lin, "classes", complaint.pk) == 422
    assert send(lin, "classes", complaint.pk, category=category().pk, severity=2, product="HY-W600", is_public="on") == 204
    refund_id = CompensationItem.objects.get(key="refund").pk
    assert send(lin, "compensation", complaint.pk, item=refund_id, quantity=1, reason="漏水") == 422
    assert send(lin, "compensation", complaint.pk, item=refund_id, amount="400", quantity=1, reason="漏水") == 204
    made = complaint.compensations.get()
    assert b"#%d" % case.pk in zhao.get(reverse("complaints:complaints")).content
    assert send(lin, "answer", complaint.pk, text="退款 400 元") == 204
    assert send(zhao, "decision", made.pk, verdict="reject") == 422
    assert send(zhao, "decision", made.pk, verdict="approve") == 204
    assert send(lin, "granting", made.pk) == 204
    call = complaint.follow_ups.get()
    assert send(lin, "call", call.pk, reached="yes") == 422
    assert send(lin, "call", call.pk, reached="yes", **{"answer-satisfied": 9}) == 422
    assert send(lin, "call", call.pk, reached="yes", **{"answer-satisfied": 5, "answer-kept": "yes"}) == 204
    call.refresh_from_db()
    assert (call.satisfied, call.response.answers.count()) == (True, 2)
    side = lin.get(reverse("desk:side", args=[case.pk]))
    assert side.status_code == 200 and 'id="cp-case"' in side.content.decode()
    assert send(lin, "closure", complaint.pk, cause=Cause.objects.first().pk, responsibility="centre", conclusion="服务补救") == 204
    complaint.refresh_from_db()
    assert complaint.stage == "closed"
    assert "服务补救" in lin.get(reverse("desk:side", args=[case.pk])).content.decode()


def test_filing_on_behalf_finds_the_customer_by_number(scene: Scene):
    ContactPoint.objects.create(customer=scene.customer, kind="phone", value="13800001111", created_at=NOW)
    lin = sign_in(scene.lin)
    given = {"queue": scene.service.pk, "subject": "漏水", "words": "电话投诉"}
    assert lin.post(reverse("complaints:new"), given | {"customer": "nobody"}).status_code == 422
    assert lin.post(reverse("complaints:new"), given | {"customer": "13800001111"}).status_code == 302
    assert Complaint.objects.get().on_behalf is True


def test_hot_spots_lead_to_a_measure_whose_effect_is_checked(scene: Scene):
    now = timezone.now()
    _lay_hot_spot(scene)
    zhou = sign_in(scene.zhou)
    page = zhou.get(reverse("complaints:hot-spots"))
    rows = page.context["rows"]
    assert rows and rows[0]["hot"].cell.get("product") == "HY-W600"
    given = {"title": "召回批次", "owner": scene.lin.pk, "due_date": "2026-12-01", "expected_drop": 50}
    address = reverse("complaints:measure-new") + "?of=" + rows[0]["token"]
    assert zhou.get(address).status_code == 200
    assert zhou.post(address, given).status_code == 302
    assert zhou.get(reverse("complaints:measure-new") + "?of=forged").status_code == 422
    made = Measure.objects.get()
    assert zhou.post(reverse("complaints:measure-end", args=[made.pk]), {"ending": "done"}).status_code == 302
    Measure.objects.update(done_at=now - timedelta(days=2))
    [row] = zhou.get(reverse("complaints:measures")).context["rows"]
    assert row["effect"].before + row["effect"].after == 16
    assert row["effect"].comparison is not None


def _lay_hot_spot(scene: Scene) -> None:
    now = timezone.now()
    for week in range(8):
        at = now - timedelta(weeks=week, days=1)
        for _number in range(20):
            case, talk = scene.chat(at=at)
            Contact.objects.create(
                conversation=talk, case=case, queue=scene.service, channel="chat", priority=0, entered_at=at, outcome="answered"
            )
        for _number in range(9 if week == 0 else 1):
            classify(scene, complaint_of(scene, at=at))
        classify(scene, complaint_of(scene, at=at), product="HY-T3", category_id=category("service-attitude").pk)


def test_nothing_can_be_said_without_history(scene: Scene):
    page = sign_in(scene.zhou).get(reverse("complaints:hot-spots"))
    assert page.status_code == 200 and page.context["found"].too_little


def test_the_catalogue_is_kept_in_the_browser(scene: Scene):
    zhou = sign_in(scene.zhou)
    for shelf in ("categories", "causes", "items", "limits"):
        assert zhou.get(reverse("complaints:catalogue-shelf", args=[shelf])).status_code == 200
        assert zhou.get(reverse("complaints:entry-new", args=[shelf])).status_code == 200
        assert zhou.post(reverse("complaints:entry-new", args=[shelf]), {}).status_code == 422
    top = category("product")
    given = {"name_zh": "噪音", "parent": top.pk, "severity": 1, "order": 5, "is_active": "on"}
    assert zhou.post(reverse("complaints:entry-new", args=["categories"]), given).status_code == 302
    assert Category.objects.get(name_zh="噪音").parent == top
    wrong = {"name_zh": "产品", "parent": category("product-fault").pk, "severity": 1, "order": 5}
    assert zhou.post(reverse("complaints:entry", args=["categories", top.pk]), wrong).status_code == 422
    limit = CompensationLimit.objects.first()
    assert zhou.post(reverse("complaints:limit-removal", args=[limit.pk])).status_code == 302
    assert zhou.get(reverse("complaints:catalogue-shelf", args=["nothing"])).status_code == 404


def test_a_limit_is_of_a_role_or_a_position(scene: Scene):
    with pytest.raises(services.BadComplaint):
        services.save_limit({"role": None, "position": None, "amount": 5})
