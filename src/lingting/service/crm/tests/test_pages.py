"""Pages of customers: who may, what they show, how many queries they ask."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from lingting.demo.world import World
from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.realtime.visitors import Visitor
from lingting.service.crm import services
from lingting.service.crm.audiences import of_customers
from lingting.service.crm.models import Customer, CustomerNote, SavedFilter, Tier
from lingting.service.crm.services import add_contact_point, create_customer

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("1")</script><img src=x onerror=alert(2)>'


def queries(client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return sum('FROM "crm_' in query["sql"] for query in asked)


@pytest.mark.parametrize("url", ["/customers/", "/customers/?q=王", "/customers/?kind=guests"])
def test_the_list_asks_six_queries_whatever_it_shows(url: str, world: World, sign_in, now: datetime) -> None:
    client = sign_in(world.supervisor)
    for number in range(30):
        customer = create_customer(f"王小{number}", actor=SYSTEM, now=now, is_guest="guests" in url)
        add_contact_point(customer, kind="phone", value=f"1310000{number:04}", now=now)
        services.set_customer_tags(customer, names=[f"标签{number % 7}"], actor=SYSTEM, now=now)
    assert queries(client, url) <= 6


def test_pages_follow_one_another_without_gap_or_repeat(world: World, sign_in, now: datetime) -> None:
    for number in range(60):
        create_customer(f"客户{number}", actor=SYSTEM, now=now)
    client, seen, url = sign_in(world.newcomer), [], "/customers/?q=客户"
    while url:
        page = client.get(url).context["page"]
        seen += [row["id"] for row in page.items]
        url = f"/customers/?q=客户&after={page.older}" if page.older else ""
    assert len(seen) == len(set(seen)) == 60
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("words", ["王秀", "秀兰", "1207", "wangxiulan", "WANGXIULAN@EXAMPLE.COM", "成都 王秀兰"])
def test_somebody_is_found_by_a_part_of_what_is_known(words: str, world: World, sign_in) -> None:
    rows = sign_in(world.newcomer).get("/customers/", {"q": words}).context["rows"]
    assert "王秀兰" in [row["title"] for row in rows]


def test_filters_combine_and_can_be_kept(world: World, sign_in, now: datetime) -> None:
    client = sign_in(world.newcomer)
    vip = Tier.objects.get(key="vip")
    english = create_customer("Ann Lee", actor=SYSTEM, now=now, language="en", tier=vip)
    rows = client.get(f"/customers/?tier={vip.pk}&language=en").context["rows"]
    assert english.pk in [row["id"] for row in rows]
    assert {row["tier_id"] for row in rows} == {vip.pk}
    client.post("/customers/filters/", {"name": "英文 VIP", "query": f"tier={vip.pk}&language=en"})
    saved = SavedFilter.objects.get(owner=world.newcomer)
    page = client.get(f"/customers/?tier={vip.pk}&language=en").content.decode()
    assert "英文 VIP" in page
    stranger = sign_in(world.experienced)
    assert "英文 VIP" not in stranger.get("/customers/").content.decode()
    stranger.post(f"/customers/filters/{saved.pk}/removal/")
    assert SavedFilter.objects.filter(pk=saved.pk).exists()


@pytest.mark.parametrize("query", ["tier=x", "tag=99999999999999999999", "kind=<b>", "q=%00", "after=@@@", "language=tlh"])
def test_senseless_filters_are_left_out(query: str, world: World, sign_in) -> None:
    assert sign_in(world.newcomer).get(f"/customers/?{query}").status_code == 200


def test_a_form_makes_a_customer_whole_or_not_at_all(world: World, sign_in, now: datetime) -> None:
    client = sign_in(world.newcomer)
    given = {"name": "新客户", "phone": "13812340000", "email": "", "language": "zh-hans", "tags": "老客, 茶"}
    assert client.post("/customers/new/", given).status_code == 302
    made = Customer.objects.get(name="新客户")
    assert {tag.name_zh for tag in made.tags.all()} == {"老客", "茶"}
    again = client.post("/customers/new/", {**given, "name": "另一位"})
    assert again.status_code == 422
    assert "belongs to 新客户 already" in again.content.decode()
    assert not Customer.objects.filter(name="另一位").exists()


def test_too_long_and_taken_are_said_at_the_field(world: World, sign_in, now: datetime) -> None:
    create_customer("甲", actor=SYSTEM, now=now, external_id="X1")
    page = sign_in(world.newcomer).post("/customers/new/", {"name": "乙", "language": "en", "external_id": "X1"})
    assert page.status_code == 422
    assert "Another customer has the id" in str(page.context["form"].errors["external_id"])


@pytest.mark.parametrize("field", ["company", "city", "address", "external_id"])
def test_no_field_is_longer_than_its_column(field: str, world: World, now: datetime) -> None:
    with pytest.raises(services.BadCustomer):
        create_customer("甲", actor=SYSTEM, now=now, **{field: "长" * 300})


def test_scripts_in_names_and_notes_stay_words(world: World, sign_in, now: datetime) -> None:
    customer = create_customer(EVIL[:100], actor=SYSTEM, now=now, remarks=EVIL, city=EVIL[:60], company=EVIL[:100])
    services.add_customer_note(customer.pk, text=EVIL, actor=world.newcomer.as_actor, now=now)
    services.set_customer_tags(customer, names=["<script>x()"], actor=SYSTEM, now=now)
    client = sign_in(world.team_leader)
    for url in (
        "/customers/",
        f"/customers/{customer.pk}/",
        f"/customers/{customer.pk}/edit/",
        f"/customers/{customer.pk}/card/",
    ):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page and "<script>x" not in page and "<img src=x" not in page


def test_the_card_changes_fields_in_place(world: World, sign_in, now: datetime) -> None:
    customer = world.customer("wangxiulan")
    client, card = sign_in(world.newcomer), f"/customers/{customer.pk}/"
    headers = {"HX-Request": "true"}
    answer = client.post(f"{card}fields/name/", {"value": "王秀兰阿姨"}, headers=headers)
    assert (answer.status_code, "crm:changed" in answer.headers["HX-Trigger"]) == (204, True)
    client.post(f"{card}fields/tier/", {"value": Tier.objects.get(key="vip").pk}, headers=headers)
    client.post(f"{card}fields/remarks/", {"value": "慢慢说"}, headers=headers)
    client.post(f"{card}points/", {"value": "aunt@example.com"}, headers=headers)
    client.post(f"{card}notes/", {"text": "要开发票"}, headers=headers)
    page = client.get(f"{card}card/").content.decode()
    for shown in ("王秀兰阿姨", "慢慢说", "aunt@example.com", "要开发票"):
        assert shown in page
    assert client.post(f"{card}fields/is_demo/", {"value": "1"}, headers=headers).status_code == 404


def test_a_point_of_somebody_else_cannot_be_taken_away_here(world: World, sign_in, now: datetime) -> None:
    own, other = create_customer("甲", actor=SYSTEM, now=now), create_customer("乙", actor=SYSTEM, now=now)
    point = add_contact_point(other, kind="phone", value="13155550000", now=now)
    client = sign_in(world.newcomer)
    assert client.post(f"/customers/{own.pk}/points/{point.pk}/removal/").status_code == 404
    assert other.contact_points.exists()


def test_only_the_author_takes_a_note_back(world: World, sign_in, now: datetime) -> None:
    customer = create_customer("甲", actor=SYSTEM, now=now)
    note = services.add_customer_note(customer.pk, text="记一下", actor=world.newcomer.as_actor, now=now)
    url = f"/customers/{customer.pk}/notes/{note.pk}/removal/"
    assert sign_in(world.experienced).post(url).status_code == 403
    assert sign_in(world.newcomer).post(url).status_code == 302
    assert not CustomerNote.objects.exists()


def test_the_knowledge_editor_sees_no_customers(world: World, sign_in) -> None:
    client = sign_in(world.knowledge_editor)
    customer = world.customer("wangxiulan")
    for url in ("/customers/", "/customers/find/?q=王", f"/customers/{customer.pk}/", f"/customers/{customer.pk}/card/"):
        assert client.get(url).status_code == 403
    assert of_customers(Visitor("staff", world.knowledge_editor.pk), frozenset({"customer:1"})) == ()
    assert of_customers(Visitor("staff", world.newcomer.pk), frozenset({"customer:1"})) == {"customer:1"}
    assert of_customers(Visitor("customer", "1"), frozenset({"customer:1"})) == ()


def test_strangers_are_sent_to_the_sign_in(client) -> None:
    assert client.get("/customers/").status_code == 302
    assert client.post("/customers/1/notes/", {"text": "x"}).status_code == 302


def test_the_palette_finds_customers(world: World, sign_in) -> None:
    found = json.loads(sign_in(world.newcomer).get("/customers/find/?q=秀兰").content)["found"]
    assert found[0]["label"] == "王秀兰"
    assert found[0]["url"].startswith("/customers/")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_filtered_list_is_exported(form: str, world: World, sign_in) -> None:
    answer = sign_in(world.supervisor).get(f"/customers/export/{form}/?q=秀兰")
    data = b"".join(answer.streaming_content)
    assert answer.status_code == 200
    assert form == "xlsx" or (
        "王秀兰" in data.decode() and len(list(csv.reader(io.StringIO(data.decode())))) == 2 and "Full name" in data.decode()
    )
    assert form == "csv" or data.startswith(b"PK")


def test_tiers_and_tags_are_managed_by_administrators(world: World, sign_in) -> None:
    client = sign_in(world.administrator)
    client.post("/customers/settings/tiers/new/", {"name_zh": "钻石", "name_en": "Diamond", "rank": 9, "priority": 3})
    tier = Tier.objects.get(name_zh="钻石")
    assert client.get("/customers/settings/tiers/").status_code == client.get("/customers/settings/tags/").status_code == 200
    client.post(f"/customers/settings/tiers/{tier.pk}/removal/")
    assert not Tier.objects.filter(pk=tier.pk).exists()
    used = Tier.objects.get(key="vip")
    assert client.post(f"/customers/settings/tiers/{used.pk}/removal/").status_code == 409
    assert sign_in(world.supervisor).get("/customers/settings/tiers/").status_code == 403


def test_foundation_lays_four_tiers_once(db: None, now: datetime) -> None:
    from lingting.service.crm import foundation

    Tier.objects.all().delete()
    foundation.lay(now=now)
    foundation.lay(now=now)
    with translation.override("en"):
        assert [tier.name for tier in Tier.objects.all()] == ["Ordinary", "Silver", "Gold", "VIP"]
