"""Two customers that are one: what moves, what follows, and how it is undone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from lingting.demo.world import World
from lingting.kernel.timeline.models import Entry
from lingting.platform.search import search_matching
from lingting.service.crm import selectors, services
from lingting.service.crm.models import ContactPoint, Customer, CustomerTag, Merge, Tier
from lingting.service.crm.services import (
    CannotMerge,
    CannotUndoMerge,
    add_contact_point,
    create_customer,
    customer_with_external_id,
    movers,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(world: World, now: datetime) -> tuple[Customer, Customer]:
    """王芳 as she was typed in, and as she came back with another number and an id of the shop."""
    actor = world.newcomer.as_actor
    vip = Tier.objects.get(key="vip")
    kept = create_customer("王芳", actor=actor, now=now, city="成都", remarks="爱喝茶")
    absorbed = create_customer(
        "王 芳", actor=actor, now=now, city="成都", address="锦江区一环路 1 号", tier=vip, external_id="shop-7", remarks="有猫"
    )
    add_contact_point(kept, kind="phone", value="13800001111", now=now, is_preferred=True)
    add_contact_point(absorbed, kind="phone", value="+8613900002222", now=now, is_preferred=True)
    absorbed.tags.add(CustomerTag.objects.create(key="cats", name_zh="养猫"))
    services.add_customer_note(absorbed.pk, text="下午打", actor=actor, now=now)
    return kept, absorbed


def merge(pair: tuple[Customer, Customer], world: World, now: datetime) -> Merge:
    return services.merge_customers(pair[0].pk, absorbed_id=pair[1].pk, actor=world.team_leader.as_actor, now=now)


def state_of(customer: Customer) -> dict[str, object]:
    fresh = Customer.objects.get(pk=customer.pk)
    fields = ("name", "city", "address", "tier_id", "external_id", "remarks", "is_guest", "merged_into_id")
    return {
        **{field: getattr(fresh, field) for field in fields},
        "points": sorted(fresh.contact_points.values_list("kind", "value", "is_preferred")),
        "notes": sorted(fresh.notes.values_list("text", flat=True)),
        "tags": sorted(fresh.tags.values_list("key", flat=True)),
    }


def test_everything_goes_to_the_kept_one_and_reads_follow(pair, world, now) -> None:
    merge(pair, world, now)
    kept = selectors.current_customer(pair[1].pk)
    assert kept.pk == pair[0].pk
    assert set(kept.contact_points.values_list("value", flat=True)) == {"13800001111", "13900002222"}
    assert kept.contact_points.filter(is_preferred=True).get().value == "13800001111"
    assert (kept.address, kept.tier.key, kept.external_id, kept.remarks) == ("锦江区一环路 1 号", "vip", "shop-7", "爱喝茶\n有猫")
    assert [note["text"] for note in selectors.notes_of(kept.pk)] == ["下午打"]
    assert list(search_matching(Customer.objects.current(), column="vector", text="13900002222")) == [kept]
    assert customer_with_external_id("shop-7", name="", actor=world.newcomer.as_actor, now=now) == kept


def test_undoing_gives_each_what_it_had(pair, world, now) -> None:
    before = [state_of(customer) for customer in pair]
    done = merge(pair, world, now)
    services.undo_merge(done.pk, actor=world.team_leader.as_actor, now=now + timedelta(hours=1))
    assert [state_of(customer) for customer in pair] == before
    assert list(search_matching(Customer.objects.current(), column="vector", text="13900002222")) == [pair[1]]


def test_undoing_keeps_what_was_changed_since(pair, world, now) -> None:
    done = merge(pair, world, now)
    actor = world.newcomer.as_actor
    services.change_customer(pair[0].pk, changes={"address": "高新区"}, actor=actor, now=now)
    add_contact_point(pair[0], kind="email", value="new@example.com", now=now)
    services.undo_merge(done.pk, actor=actor, now=now)
    kept = Customer.objects.get(pk=pair[0].pk)
    assert kept.address == "高新区"
    assert kept.contact_points.filter(value="new@example.com").exists()


def test_other_apps_take_part_by_registering(pair, world, now, monkeypatch) -> None:
    things = {10: pair[1].pk, 11: pair[1].pk, 12: pair[0].pk}

    def move(from_id: int, to_id: int) -> list[int]:
        moved = [thing for thing, owner in things.items() if owner == from_id]
        things.update(dict.fromkeys(moved, to_id))
        return moved

    monkeypatch.setattr(movers, "_movers", {})
    services.register_mover(
        "cases", move=move, move_back=lambda ids, to_id: things.update(dict.fromkeys(ids, to_id)), label="Cases",
        count=lambda customer_id: list(things.values()).count(customer_id),
    )  # fmt: skip
    assert [item.count for item in services.preview_merge(pair[0], absorbed=pair[1]).belongings] == [2]
    done = merge(pair, world, now)
    assert set(things.values()) == {pair[0].pk}
    services.undo_merge(done.pk, actor=world.team_leader.as_actor, now=now)
    assert things == {10: pair[1].pk, 11: pair[1].pk, 12: pair[0].pk}


def test_a_merge_is_announced_and_so_is_its_undoing(pair, world, now) -> None:
    done = merge(pair, world, now)
    services.undo_merge(done.pk, actor=world.team_leader.as_actor, now=now)
    kinds = Entry.objects.filter(subject_type="crm.customer", subject_id=pair[0].pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["CustomersMerged", "CustomerMergeUndone"]


def test_chains_lead_to_the_last_one_and_are_undone_from_the_end(pair, world, now) -> None:
    actor = world.team_leader.as_actor
    first = merge(pair, world, now)
    third = create_customer("王芳（公司）", actor=actor, now=now)
    second = services.merge_customers(third.pk, absorbed_id=pair[0].pk, actor=actor, now=now)
    assert selectors.current_customer(pair[1].pk) == third
    with pytest.raises(CannotUndoMerge):
        services.undo_merge(first.pk, actor=actor, now=now)
    services.undo_merge(second.pk, actor=actor, now=now)
    assert selectors.current_customer(pair[1].pk) == pair[0]
    services.undo_merge(first.pk, actor=actor, now=now)
    assert selectors.current_customer(pair[1].pk) == pair[1]


def test_what_cannot_be_merged_is_refused(pair, world, now) -> None:
    actor = world.team_leader.as_actor
    with pytest.raises(CannotMerge):
        services.merge_customers(pair[0].pk, absorbed_id=pair[0].pk, actor=actor, now=now)
    done = merge(pair, world, now)
    with pytest.raises(CannotMerge):
        merge(pair, world, now)
    services.undo_merge(done.pk, actor=actor, now=now)
    with pytest.raises(CannotUndoMerge):
        services.undo_merge(done.pk, actor=actor, now=now)


def test_likely_duplicates_are_found_and_say_why(pair, world, now) -> None:
    actor = world.newcomer.as_actor
    landline = create_customer("茶馆", actor=actor, now=now)
    add_contact_point(landline, kind="phone", value="02800001111", now=now)
    create_customer("王芳", actor=actor, now=now, city="哈尔滨")
    found = {one.row["id"]: one.reasons for one in selectors.merge_candidates(Customer.objects.get(pk=pair[0].pk))}
    assert found[pair[1].pk] == ["name", "city"]
    assert found[landline.pk] == ["phone"]
    assert len(found) == 2


def test_pages_lead_through_a_merge_and_back(pair, world, sign_in) -> None:
    client = sign_in(world.team_leader)
    page = client.get(f"/customers/{pair[0].pk}/merge/{pair[1].pk}/").content.decode()
    assert "1 number or address moves" in page
    assert client.post(f"/customers/{pair[0].pk}/merge/{pair[1].pk}/").status_code == 302
    assert client.get(f"/customers/{pair[1].pk}/").headers["Location"] == f"/customers/{pair[0].pk}/"
    done = Merge.objects.get()
    assert client.post(f"/customers/merges/{done.pk}/undoing/").status_code == 302
    assert ContactPoint.objects.get(value="13900002222").customer == pair[1]


def test_an_agent_may_not_merge(pair, world, sign_in) -> None:
    client = sign_in(world.newcomer)
    assert client.get(f"/customers/{pair[0].pk}/merge/").status_code == 403
    assert client.post(f"/customers/{pair[0].pk}/merge/{pair[1].pk}/").status_code == 403
    assert not Merge.objects.exists()


def test_a_merge_is_told_in_the_names_the_two_had_before(world, sign_in, now: datetime) -> None:
    actor = world.newcomer.as_actor
    guest, named = create_customer("", actor=actor, now=now), create_customer("王秀兰", actor=actor, now=now)
    told = sign_in(world.team_leader).post(f"/customers/{guest.pk}/merge/{named.pk}/", follow=True).content.decode()
    assert re.findall("王秀兰 is now part of [^<]*", told) == [f"王秀兰 is now part of Guest {guest.pk}."]
