"""People, places, roles and skills, changed by somebody who may."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from lingting.demo.world import World
from lingting.kernel.accounts import services as accounts
from lingting.kernel.accounts.models import Account, Reach
from lingting.kernel.organisation import selectors, services
from lingting.kernel.organisation.models import Employee, Skill, Team
from lingting.kernel.organisation.registry import Holding, _finders, register_holding
from lingting.kernel.timeline.models import Entry
from lingting.platform.refusals import NotFound, NotPermitted

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}


def browser(account: Account) -> Client:
    client = Client(**LOCAL)
    client.force_login(account)
    return client


def form_of(employee: Employee, **changed: object) -> dict[str, object]:
    """What the page of a person posts when nothing was touched, and what was."""
    given = {
        "display_name": employee.account.display_name, "email": employee.account.email, "number": employee.number,
        "site": employee.site_id, "team": employee.team_id or "", "position": employee.position_id or "",
    }  # fmt: skip
    given |= {f"role-{grant.role.key}": grant.reach for grant in employee.account.grants.select_related("role")}
    given |= {f"skill-{held.skill_id}": held.level for held in employee.skill_levels.all()}
    return {**given, **changed}


def test_a_new_person_gets_an_account_a_place_and_a_password_shown_once(world: World) -> None:
    client = browser(world.administrator)
    site, team = Employee.objects.first().site, Team.objects.first()
    skill = Skill.objects.first()
    answer = client.post(
        reverse("organisation:person-new"),
        {"display_name": "穆清", "login": "Mu.Qing", "number": "9001", "site": site.pk, "team": team.pk,
         "role-agent": "own", f"skill-{skill.pk}": "3"},
    )  # fmt: skip
    employee = Employee.objects.get(number="9001")
    password = answer.context["password"]
    assert employee.account.login == "mu.qing" and employee.account.check_password(password)
    assert employee.account.must_change_password and "no-store" in answer["Cache-Control"]
    assert employee.account.can("desk.view_cases") and employee.skill_levels.get().level == 3
    assert Entry.objects.filter(kind="EmployeeJoined", subject_id=employee.pk).count() == 1


def test_nothing_is_half_written_when_a_number_is_taken(world: World) -> None:
    taken = Employee.objects.first()
    answer = browser(world.administrator).post(
        reverse("organisation:person-new"),
        {"display_name": "穆清", "login": "mu.qing", "number": taken.number, "site": taken.site_id},
    )
    assert answer.status_code == 409 and "number" in answer.context["form"].errors
    assert not Account.objects.filter(login="mu.qing").exists()


def test_saving_an_untouched_page_changes_nothing(world: World) -> None:
    employee = world.employee(world.newcomer.login)
    before = (
        set(employee.account.grants.values_list("role__key", "reach")),
        dict(employee.skill_levels.values_list("skill_id", "level")),
    )
    facts = Entry.objects.count()
    answer = browser(world.administrator).post(reverse("organisation:person", args=[employee.pk]), form_of(employee))
    assert answer.status_code == 302
    assert before == (
        set(employee.account.grants.values_list("role__key", "reach")),
        dict(employee.skill_levels.values_list("skill_id", "level")),
    )
    assert Entry.objects.count() == facts


def test_skills_are_set_and_announced(world: World) -> None:
    employee = world.employee(world.newcomer.login)
    skill = Skill.objects.exclude(holders__employee=employee).first()
    answer = browser(world.administrator).post(
        reverse("organisation:person", args=[employee.pk]), form_of(employee, **{f"skill-{skill.pk}": "5"})
    )
    assert answer.status_code == 302
    fact = Entry.objects.get(kind="EmployeeSkillsChanged")
    assert fact.data["levels"][skill.key] == 5


def test_a_supervisor_looks_after_her_site_only(world: World) -> None:
    supervisor = world.supervisor
    mine = Employee.objects.get(account=supervisor).site_id
    assert set(selectors.managed_people(supervisor).values_list("site_id", flat=True)) == {mine}
    stranger = Employee.objects.exclude(site_id=mine).first()
    with pytest.raises(NotFound):
        selectors.access_employee(supervisor, employee_id=stranger.pk)
    client = browser(supervisor)
    for route in ("person", "departure"):
        assert client.get(reverse(f"organisation:{route}", args=[stranger.pk])).status_code == 404
    for route in ("password", "second-factor", "return", "departure"):
        assert client.post(reverse(f"organisation:{route}", args=[stranger.pk]), {"on": "2026-11-20"}).status_code == 404


def test_a_supervisor_cannot_move_somebody_to_a_site_she_does_not_look_after(world: World, now: datetime) -> None:
    supervisor = world.supervisor
    employee = world.employee(world.newcomer.login)
    elsewhere = Employee.objects.exclude(site_id=employee.site_id).first().site
    with pytest.raises(NotPermitted):
        services.change_place(
            employee, number=employee.number, site=elsewhere, team=None, position=None, hired_date=None, by=supervisor, now=now
        )


def test_a_supervisor_cannot_make_an_administrator_of_herself_or_anybody(world: World) -> None:
    supervisor = world.supervisor
    client = browser(supervisor)
    for employee in (world.employee(supervisor.login), world.employee(world.newcomer.login)):
        client.post(reverse("organisation:person", args=[employee.pk]), form_of(employee, **{"role-administrator": "own"}))
        assert not employee.account.grants.filter(role__key="administrator").exists()


def test_a_supervisor_cannot_reset_the_password_of_somebody_above(world: World) -> None:
    boss = Employee.objects.get(account=world.manager)
    supervisor = world.supervisor
    if not selectors.managed_people(supervisor).filter(pk=boss.pk).exists():
        Employee.objects.filter(pk=boss.pk).update(site=Employee.objects.get(account=supervisor).site)
    before = world.manager.password
    client = browser(supervisor)
    assert client.post(reverse("organisation:password", args=[boss.pk])).status_code == 403
    assert client.post(reverse("organisation:person", args=[boss.pk]), form_of(boss, email="x@evil.example")).status_code == 403
    assert world.manager.password == before and world.manager.email != "x@evil.example"
    assert client.get(reverse("organisation:person", args=[boss.pk])).context["is_above"]


def test_who_leaves_is_out_at_once_and_the_page_says_what_they_held(world: World) -> None:
    leader = world.employee(world.team_leader.login)
    person = browser(leader.account)
    assert person.get(reverse("accounts:me")).status_code == 200
    register_holding("test.cases", lambda account: Holding(label="在手工单", count=3, url="/desk/"))
    try:
        client = browser(world.administrator)
        page = client.get(reverse("organisation:departure", args=[leader.pk])).content.decode()
    finally:
        _finders.pop("test.cases")
    assert "在手工单: 3" in page and Team.objects.filter(leader=leader).first().name_zh in page
    client.post(reverse("organisation:departure", args=[leader.pk]), {"on": "2026-11-20"})
    leader.refresh_from_db()
    assert leader.left_date == date(2026, 11, 20) and not leader.account.is_active and not leader.led_teams.exists()
    assert person.get(reverse("accounts:me")).status_code == 302
    client.post(reverse("organisation:return", args=[leader.pk]))
    leader.refresh_from_db()
    assert leader.left_date is None and world.team_leader.is_active


def test_nobody_closes_their_own_account(world: World) -> None:
    me = world.employee(world.administrator.login)
    answer = browser(world.administrator).post(reverse("organisation:departure", args=[me.pk]), {"on": "2026-11-20"})
    assert answer.status_code == 422 and world.administrator.is_active


def test_the_office_of_administrator_can_be_passed_on(world: World, now: datetime) -> None:
    services.set_roles(world.manager, wanted={"administrator": Reach.ALL}, by=world.administrator, now=now)
    services.set_roles(world.administrator, wanted={"agent": Reach.OWN}, by=world.manager, now=now)
    assert not world.administrator.can("accounts.manage_roles")
    with pytest.raises(accounts.LastAdministrator):
        services.set_roles(world.manager, wanted={}, by=world.manager, now=now)


def test_a_team_never_ends_up_inside_itself(world: World) -> None:
    child = Team.objects.exclude(parent=None).first()
    top = child.parent
    with pytest.raises(services.TeamCircle):
        services.save_team(
            top, name_zh=top.name_zh, name_en=top.name_en, parent=child, site=top.site, leader=None, by=world.administrator
        )
    with pytest.raises(services.StillUsed):
        services.remove_unused(top)


def test_the_tree_counts_everybody_once(world: World) -> None:
    roots = selectors.team_tree()
    assert sum(node.people_below for node in roots) == Employee.objects.exclude(team=None).count()
    assert len(selectors.flat_tree()) == Team.objects.count()


def test_the_list_narrows_by_words_team_role_and_skill(world: World) -> None:
    everybody = selectors.managed_people(world.administrator)
    long_name = world.long_name

    def found(**asked: object) -> set[int]:
        return set(selectors.narrowed(everybody, by=selectors.PeopleFilter(**asked)).values_list("account_id", flat=True))

    assert found(words=long_name.display_name[:2]) == {long_name.pk}
    top = Team.objects.filter(parent=None).first()
    assert found(team_id=top.pk) == set(
        Employee.objects.filter(team_id__in=selectors.team_ids_below([top.pk])).values_list("account_id", flat=True)
    )
    assert world.administrator.pk in found(role_id=world.administrator.grants.get().role_id)
    assert found(state="left") == set()


@pytest.mark.parametrize("query", ["?q=%00", "?team=99999999999999999999", "?site=x&skill=-1", "?after=zzz", "?state=elsewhere"])
def test_strange_filters_do_no_harm(world: World, query: str) -> None:
    assert browser(world.administrator).get(reverse("organisation:people") + query).status_code == 200


def test_the_list_of_people_costs_the_same_for_forty_and_for_one(world: World, django_assert_max_num_queries) -> None:
    client = browser(world.administrator)
    client.get(reverse("organisation:people"))
    with django_assert_max_num_queries(22):
        assert len(client.get(reverse("organisation:people")).context["page"].items) == 40


def test_structure_of_the_whole_centre_is_not_for_a_supervisor_of_one_site(world: World) -> None:
    client = browser(world.supervisor)
    for route in ("site-new", "position-new", "skill-new"):
        assert client.get(reverse(f"organisation:{route}")).status_code == 403
    made = browser(world.administrator).post(
        reverse("organisation:skill-new"), {"kind": "language", "name_zh": "日语", "name_en": "Japanese"}
    )
    assert made.status_code == 302 and Skill.objects.get(key="japanese").name_zh == "日语"


def test_colleagues_are_seen_by_everybody_and_found_by_part_of_a_name(world: World) -> None:
    client = browser(world.newcomer)
    page = client.get(reverse("organisation:colleagues"))
    assert page.context["total"] == 40 and page.context["there"] == 0
    found = client.get(reverse("organisation:find"), {"q": world.long_name.display_name[:2]}).json()["found"]
    assert [line["label"] for line in found] == [world.long_name.display_name]
