"""The company, its people and its queues are complete and agree with one another."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from lingting.demo import content
from lingting.demo.content.records import (
    Queue,
    Role,
    Tier,
)
from lingting.demo.content.tests.catalogue import logins, models

MODEL = re.compile(r"HY-[A-Z]+\d+")
WORD = re.compile(r"[A-Za-z0-9'’]+")
VARIABLE = re.compile(r"{{\s*([^}]*?)\s*}}")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
OUTBOUND = {"follow_up", "proactive_care", "market_survey", "telesales", "booking"}


def test_the_company_sells_twelve_to_eighteen_products_of_its_five_lines() -> None:
    company = content.company()
    lines = {skill.key for skill in content.organisation().skills if skill.kind == "product"}

    assert 12 <= len(company.products) <= 18
    assert len(models()) == len(company.products)
    assert {product.line for product in company.products} == lines
    assert all(product.price > 0 for product in company.products)


def test_membership_rises_tier_by_tier() -> None:
    membership = content.company().membership

    assert [level.tier for level in membership] == list(Tier)
    assert [level.spend_from for level in membership] == sorted({level.spend_from for level in membership})
    assert [level.warranty_extra_months for level in membership] == sorted(level.warranty_extra_months for level in membership)


def test_policies_cover_what_agents_are_asked_about() -> None:
    keys = {policy.key for policy in content.company().policies}

    assert {"shipping", "returns", "warranty", "installation", "invoices"} <= keys


def test_forty_people_fill_the_roles() -> None:
    people = content.organisation().people

    assert len(people) == len(logins()) == len({person.number for person in people}) == 40
    assert Counter(person.role for person in people) == {
        Role.AGENT: 28,
        Role.TEAM_LEADER: 4,
        Role.SUPERVISOR: 2,
        Role.KNOWLEDGE_EDITOR: 2,
        Role.CENTRE_MANAGER: 1,
        Role.QUALITY_SPECIALIST: 1,
        Role.PLANNER: 1,
        Role.ADMINISTRATOR: 1,
    }


def test_people_refer_to_existing_sites_teams_positions_and_skills() -> None:
    organisation = content.organisation()
    skills = {skill.key for skill in organisation.skills}

    for person in organisation.people:
        assert person.site in {site.key for site in organisation.sites}, person.login
        assert person.team in {team.key for team in organisation.teams}, person.login
        assert person.position in {position.key for position in organisation.positions}, person.login
        assert set(person.skills) <= skills, person.login
        assert all(1 <= level <= 5 for level in person.skills.values()), person.login
        assert person.login.isascii() and person.login.islower(), person.login


def test_every_skill_and_position_is_held_by_somebody() -> None:
    organisation = content.organisation()

    assert {skill for person in organisation.people for skill in person.skills} == {s.key for s in organisation.skills}
    assert {person.position for person in organisation.people} == {p.key for p in organisation.positions}


def test_teams_form_one_tree_led_by_their_own_people() -> None:
    organisation = content.organisation()
    teams = {team.key: team for team in organisation.teams}

    assert [team.key for team in organisation.teams if not team.parent] == ["centre"]
    for team in organisation.teams:
        assert not team.parent or team.parent in teams
        assert organisation.person(team.leader).team == team.key
    assert {site.is_main for site in organisation.sites} == {True, False}


def test_the_named_cast_plays_the_parts_it_is_named_for() -> None:
    organisation = content.organisation()
    cast = organisation.cast

    assert organisation.person(cast.newcomer).hired_date > date(2026, 8, 31)
    assert organisation.person(cast.long_name).name == "尉迟·阿依古丽"
    assert organisation.person(cast.english_speaker).skills["english"] == 5
    assert organisation.person(cast.care_specialist).skills["complaints"] == 5
    assert organisation.person(cast.second_site_supervisor).site == "xian"
    for login, role in [
        (cast.team_leader, Role.TEAM_LEADER),
        (cast.supervisor, Role.SUPERVISOR),
        (cast.manager, Role.CENTRE_MANAGER),
        (cast.knowledge_editor, Role.KNOWLEDGE_EDITOR),
        (cast.quality_specialist, Role.QUALITY_SPECIALIST),
        (cast.planner, Role.PLANNER),
        (cast.administrator, Role.ADMINISTRATOR),
    ]:
        assert organisation.person(login).role is role


def test_nobody_was_hired_before_the_company_or_the_second_site_by_mistake() -> None:
    for person in content.organisation().people:
        assert content.company().founded_date < person.hired_date <= date(2026, 11, 21), person.login


def test_six_queues_share_the_eleven_contact_types() -> None:
    plan = content.queue_plan()
    types = {contact_type.key for contact_type in plan.contact_types}

    assert len(plan.queues) == 6
    assert len(types) == 11
    assert {key for queue in plan.queues for key in queue.contact_types} == types
    assert [queue.key for queue in plan.queues if queue.is_always_open] == ["support"]
    assert set(plan.tier_priority) == {tier.value for tier in Tier}


def test_queue_skills_exist_and_relaxations_only_ever_lower_them() -> None:
    skills = {skill.key for skill in content.organisation().skills}

    for queue in content.queue_plan().queues:
        needed = {need.skill: need.level for need in queue.skills}
        assert set(needed) <= skills
        for step in sorted(queue.relaxations, key=lambda relaxation: relaxation.after_seconds):
            assert step.level < needed[step.skill], queue.key
            needed[step.skill] = step.level


@pytest.mark.parametrize("queue", content.queue_plan().queues, ids=lambda queue: queue.key)
def test_at_least_three_agents_can_serve_each_queue_unrelaxed(queue: Queue) -> None:
    able = [
        person
        for person in content.organisation().people
        if person.role is Role.AGENT and all(person.skills.get(need.skill, 0) >= need.level for need in queue.skills)
    ]

    assert len(able) >= 3
