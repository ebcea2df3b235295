"""Lists of the inbox against the plainest way of asking: every case looked at, one by one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from lingting.platform.ui.tags.moments import moment_text
from lingting.service.desk import rows, selectors, services
from lingting.service.desk.models import Case, Tag
from lingting.service.desk.selectors import Desk, Listing, inbox
from lingting.service.desk.tests.scene import CUSTOMER, NOW, Scene

STATES, CHANNELS = ("open", "waiting", "snoozed", "closed"), ("chat", "mail", "order")
STATE_OF = {"mine": "open", "unassigned": "open", "team": "open", "overdue": "open"} | {name: name for name in STATES[1:]}
SIZE = 7


def many_kinds(scene: Scene, *, count: int, chance: random.Random) -> list[Tag]:
    """Cases that differ in everything lists ask after; several share a moment."""
    tags = Tag.objects.bulk_create([Tag(name=f"标签{number}") for number in range(3)])
    for _number in range(count):
        case = scene.case(queue=chance.choice([scene.service, scene.sales]))
        moment = NOW - timedelta(minutes=chance.randrange(40))
        owner = chance.choice([None, scene.lin, scene.zhao, scene.he, scene.zhou])
        Case.objects.filter(pk=case.pk).update(
            assignee=owner, state=chance.choice(STATES), channel=chance.choice(CHANNELS), priority=chance.randint(1, 4),
            type=chance.choice([None, scene.complaint]), active_at=moment, due_at=chance.choice([None, moment, NOW + timedelta(hours=1)]),
        )  # fmt: skip
        case.tags.set(chance.sample(tags, chance.randint(0, 2)))
    return tags


def fits(case: Case, listing: Listing) -> bool:
    """Whether a case stands in a list, by its definition."""
    desk, view, asked = listing.desk, listing.view, listing.filters
    me, owner = desk.account.pk, case.assignee_id
    of_view = {
        "mine": owner == me,
        "unassigned": owner is None,
        "team": owner in desk.team,
        "overdue": case.due_at is not None and case.due_at < NOW,
        "orders": owner == me and case.channel == "order" and case.state != "closed",
    }
    wanted = {
        "queue_id": asked.queue_id, "type_id": asked.type_id, "priority": asked.priority, "channel": asked.channel,
        "state": asked.state,
    }  # fmt: skip
    return (
        desk.sight.covers(assignee_id=owner, queue_id=case.queue_id)
        and of_view.get(view, True)
        and STATE_OF.get(view, case.state) == case.state
        and (view == "orders" or asked.channel == "order" or case.channel != "order")
        and all(value is None or getattr(case, name) == value for name, value in wanted.items())
        and (asked.assignee_id is None or (owner or 0) == asked.assignee_id)
        and (asked.tag_id is None or asked.tag_id in {tag.pk for tag in case.tags.all()})
    )


def expected(listing: Listing, cases: Sequence[Case]) -> list[int]:
    """The ids of a list, in its order."""
    found = [case for case in cases if fits(case, listing)]
    if listing.view == "overdue":
        return [case.pk for case in sorted(found, key=lambda case: (case.due_at, case.pk))]
    return [case.pk for case in sorted(found, key=lambda case: (case.active_at, case.pk), reverse=True)]


def walked(listing: Listing) -> list[int]:
    """The same, page after page."""
    found, after = [], ""
    while True:
        page = selectors.inbox_page(listing, after=after, now=NOW, size=SIZE)
        found += [row["id"] for row in page.rows]
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("rare", [0, 1_000])
def test_every_list_holds_what_fits_it_in_its_order(scene: Scene, monkeypatch: pytest.MonkeyPatch, rare: int):
    monkeypatch.setattr(inbox, "RARE_TAG", rare)
    monkeypatch.setattr(inbox, "_rare_tags", {})
    chance = random.Random(20261122)
    tags = many_kinds(scene, count=70, chance=chance)
    choices = {
        "queue": [scene.service.pk], "type": [scene.complaint.pk], "tag": [tag.pk for tag in tags], "priority": [1, 3],
        "assignee": [0, scene.lin.pk, scene.he.pk], "channel": ["mail", "order"], "state": ["open", "closed"],
    }  # fmt: skip
    cases, held = list(Case.objects.prefetch_related("tags")), 0
    for person in (scene.zhou, scene.zhao, scene.lin):
        desk: Desk = selectors.desk_of(person)
        for view in (view.key for view in selectors.VIEWS if view.key != "mentions"):
            for names in ((), *((name,) for name in choices), ("queue", "tag"), ("tag", "assignee"), ("priority", "type")):
                if view == "orders" and "channel" in names:
                    continue
                asked = {name: chance.choice(choices[name]) for name in names}
                listing = selectors.listing_of(desk, view, query=asked)
                there = expected(listing, cases)
                assert walked(listing) == there, (person.login, view, asked)
                assert selectors.count_of(listing, now=NOW, most=500) == len(there)
                held += len(there)
    assert held > 500


def test_a_case_carries_the_ids_of_its_tags(scene: Scene):
    case, other = scene.case(), scene.case()

    def carried(of: Case) -> list[str]:
        ids = Case.objects.values_list("tag_ids", flat=True).get(pk=of.pk)
        assert ids is None or ids == sorted(ids)
        return sorted(Tag.objects.filter(pk__in=ids or ()).values_list("name", flat=True))

    services.set_tags(case.pk, names=["退换", "漏水"], actor=CUSTOMER, now=NOW)
    services.set_tags(other.pk, names=["漏水", "加急"], actor=CUSTOMER, now=NOW)
    assert (carried(case), carried(other)) == (["漏水", "退换"], ["加急", "漏水"])
    services.merge_case(other.pk, into_id=case.pk, actor=scene.zhou.as_actor, now=NOW)
    assert carried(case) == ["加急", "漏水", "退换"]
    services.undo_merge(other.pk, actor=scene.zhou.as_actor, now=NOW)
    assert carried(case) == ["漏水", "退换"]
    services.delete_tag(Tag.objects.get(name="漏水").pk)
    assert carried(case) == ["退换"]
    services.set_tags(case.pk, names=[], actor=CUSTOMER, now=NOW)
    assert Case.objects.get(pk=case.pk).tag_ids is None
    Tag.objects.get(name="加急").cases.add(case)
    assert carried(case) == ["加急"]


def test_a_tag_that_takes_or_leaves_its_cases_leaves_no_trace_in_their_rows(scene: Scene):
    cases = [scene.case() for _ in range(3)]
    leak, urgent = (Tag.objects.create(name=name) for name in ("漏水", "加急"))

    def carried() -> list[list[int] | None]:
        return list(Case.objects.order_by("pk").values_list("tag_ids", flat=True))

    urgent.cases.set(cases)
    leak.cases.set(cases[:2])
    assert carried() == [[leak.pk, urgent.pk], [leak.pk, urgent.pk], [urgent.pk]]
    leak.cases.set(cases[1:])
    assert carried() == [[urgent.pk], [leak.pk, urgent.pk], [leak.pk, urgent.pk]]
    urgent.cases.clear()
    assert carried() == [None, [leak.pk], [leak.pk]]
    leak.cases.set(cases[:1], clear=True)
    assert carried() == [[leak.pk], None, None]
    services.delete_tag(leak.pk)
    assert carried() == [None, None, None]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_row_tells_its_time_as_every_page_does(language: str):
    with translation.override(language):
        for now in (NOW, NOW.replace(month=1, day=2, hour=17)):
            reader = rows._Reader(language, now, timezone.get_current_timezone(), {})
            for minutes in (0, 50, 1_300, 1_500, 2_870, 2_890, 4_000, 90_000, 900_000, -100, -3_000):
                at = now - timedelta(minutes=minutes)
                assert rows._age(at, reader) == moment_text(at, "relative", now=now)
