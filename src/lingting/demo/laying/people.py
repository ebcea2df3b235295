"""Sites, teams, positions, skills and the forty people with their accounts and roles."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password

from lingting.demo import content
from lingting.demo.content.records import Role as ContentRole
from lingting.kernel.accounts import foundation
from lingting.kernel.accounts.models import Account, Grant, Reach, Role
from lingting.kernel.organisation.models import Employee, EmployeeSkill, Position, Site, Skill, Team

_ROLES: dict[ContentRole, tuple[str, Reach]] = {
    ContentRole.AGENT: ("agent", Reach.OWN),
    ContentRole.TEAM_LEADER: ("team-leader", Reach.TEAM),
    ContentRole.SUPERVISOR: ("supervisor", Reach.SITE),
    ContentRole.CENTRE_MANAGER: ("manager", Reach.ALL),
    ContentRole.KNOWLEDGE_EDITOR: ("knowledge-editor", Reach.ALL),
    ContentRole.QUALITY_SPECIALIST: ("team-leader", Reach.ALL),
    ContentRole.PLANNER: ("supervisor", Reach.ALL),
    ContentRole.ADMINISTRATOR: ("administrator", Reach.ALL),
}
_RANKS = {"manager": 40, "supervisor": 30, "team_leader": 20}
_KINDS = {"product": "product", "language": "language", "dialect": "dialect", "geography": "region"}


def lay(*, now: datetime, password: str) -> None:
    """Everyone gets the same password, hashed once."""
    foundation.lay(now=now)
    house = content.organisation()
    sites = {
        site.key: Site.objects.create(
            key=site.key, name_zh=site.name.zh, name_en=site.name.en, city=site.city.zh, time_zone=site.time_zone
        )
        for site in house.sites
    }
    skills = {
        skill.key: Skill.objects.create(
            key=skill.key, kind=_KINDS.get(skill.kind, "business"), name_zh=skill.name.zh, name_en=skill.name.en
        )
        for skill in house.skills
    }
    positions = {
        position.key: Position.objects.create(
            key=position.key, name_zh=position.name.zh, name_en=position.name.en, tasks=position.tasks.zh,
            requirements=position.requirements.zh, responsibilities=position.responsibilities.zh,
            rank=_RANKS.get(position.key, 10),
        )
        for position in house.positions
    }  # fmt: skip
    teams: dict[str, Team] = {}
    for team in house.teams:
        teams[team.key] = Team.objects.create(
            key=team.key, name_zh=team.name.zh, name_en=team.name.en, site=sites[team.site], parent=teams.get(team.parent)
        )
    _lay_people(house, sites, teams, positions, skills, now=now, password=make_password(password))


def _lay_people(
    house: content.records.Organisation, sites: dict[str, Site], teams: dict[str, Team], positions: dict[str, Position],
    skills: dict[str, Skill], *, now: datetime, password: str,
) -> None:  # fmt: skip
    roles = {role.key: role for role in Role.objects.all()}
    accounts = Account.objects.bulk_create(
        Account(
            login=person.login, display_name=person.name, email=f"{person.login}@qimu.example", password=password,
            language=str(person.language), is_demo=True,
        )
        for person in house.people
    )  # fmt: skip
    employees = Employee.objects.bulk_create(
        Employee(
            account=account, number=person.number, site=sites[person.site], team=teams.get(person.team),
            position=positions.get(person.position), hired_date=person.hired_date,
        )
        for person, account in zip(house.people, accounts, strict=True)
    )  # fmt: skip
    grants, levels = [], []
    for person, account, employee in zip(house.people, accounts, employees, strict=True):
        key, reach = _ROLES[person.role]
        grants.append(Grant(account=account, role=roles[key], reach=reach, granted_at=now))
        levels += [
            EmployeeSkill(employee=employee, skill=skills[skill], level=level) for skill, level in person.skills.items() if level
        ]
    Grant.objects.bulk_create(grants)
    EmployeeSkill.objects.bulk_create(levels)
    by_login = {account.login: employee for account, employee in zip(accounts, employees, strict=True)}
    for team in house.teams:
        if team.leader:
            Team.objects.filter(pk=teams[team.key].pk).update(leader=by_login[team.leader])
