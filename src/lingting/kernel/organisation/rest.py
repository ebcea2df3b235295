"""People, teams and skills over the API, for reading."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema

from lingting.kernel.accounts.permissions import check_caller
from lingting.kernel.organisation.models import Employee, Skill, Team
from lingting.platform.rest import Page, PageQuery, page, scope

router = Router(tags=["organisation"])


class SkillLevelOut(Schema):
    """A skill of a person."""

    key: str
    level: int


class PersonOut(Schema):
    """A person who works in the centre."""

    id: int
    account_id: int
    number: str
    name: str
    is_active: bool
    site_id: int
    team_id: int | None
    position: str | None
    skills: list[SkillLevelOut]


class TeamOut(Schema):
    """A team; `parent_id` is null at the top."""

    id: int
    key: str
    name_zh: str
    name_en: str
    parent_id: int | None
    site_id: int
    leader_id: int | None


class SkillOut(Schema):
    """Something work may ask for."""

    id: int
    key: str
    kind: str
    name_zh: str
    name_en: str


@router.get("/people", response=Page[PersonOut], summary="People")
@scope("organisation:read")
def list_people(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Everybody who works here, by staff number."""
    check_caller(request, "organisation.view_colleagues")
    rows: QuerySet[Employee] = Employee.objects.select_related("account", "position").prefetch_related("skill_levels__skill")
    found = page(rows, query=query, order=("number",))
    return {**found, "items": [_person(row) for row in found["items"]]}


@router.get("/teams", response=Page[TeamOut], summary="Teams")
@scope("organisation:read")
def list_teams(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """All teams of the tree."""
    check_caller(request, "organisation.view_colleagues")
    return page(Team.objects.all(), query=query, order=("id",))


@router.get("/skills", response=Page[SkillOut], summary="Skills")
@scope("organisation:read")
def list_skills(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """All skills."""
    check_caller(request, "organisation.view_colleagues")
    return page(Skill.objects.all(), query=query, order=("id",))


def _person(row: Employee) -> dict[str, Any]:
    return {
        "id": row.pk, "account_id": row.account_id, "number": row.number, "name": row.account.display_name,
        "is_active": row.account.is_active, "site_id": row.site_id, "team_id": row.team_id,
        "position": row.position.key if row.position else None,
        "skills": [{"key": held.skill.key, "level": held.level} for held in row.skill_levels.all()],
    }  # fmt: skip
