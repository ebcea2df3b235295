"""Who belongs where, scoped to the person who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Reach
from lingting.kernel.organisation.models import Centre, Employee, Position, Site, Skill, Team
from lingting.platform.database.binding import bound_cursor
from lingting.platform.files.models import StoredFile
from lingting.platform.files.selectors import plain_url
from lingting.platform.refusals import NotFound, NotPermitted

MANAGE_PEOPLE = "organisation.manage_people"
VIEW_COLLEAGUES = "organisation.view_colleagues"

_SUBTREE = """
    WITH RECURSIVE below AS (
        SELECT id FROM organisation_team WHERE id = ANY(%s)
        UNION SELECT team.id FROM organisation_team team JOIN below ON team.parent_id = below.id
    ) SELECT id FROM below
"""


def public_address(path: str = "") -> str:
    """A path of this site as people outside type it; "" until an administrator has said where the site is."""
    address = Centre.objects.values_list("address", flat=True).first() or ""
    return address + path if address else ""


@dataclass(frozen=True)
class Brand:
    """What customers see: a name in the reader's language, a colour as #rrggbb, the address of a logo; each may be ""."""

    name: str = ""
    colour: str = ""
    logo_url: str = ""


def brand() -> Brand:
    """The centre's own name, colour and logo; one query."""
    centre = Centre.objects.select_related("logo").first()
    if centre is None:
        return Brand()
    return Brand(centre.name or centre.name_en, centre.colour, plain_url(centre.logo) if centre.logo else "")


def is_logo(request: HttpRequest, file: StoredFile) -> bool:
    """Everybody may see the logo."""
    return Centre.objects.filter(logo=file).exists()


def team_ids_below(team_ids: list[int]) -> list[int]:
    """The teams and every team under them."""
    with connection.cursor() as cursor:
        cursor.execute(_SUBTREE, [team_ids])
        return [row[0] for row in cursor.fetchall()]


_WITHIN = """
    WITH RECURSIVE me AS (
        SELECT id, team_id, site_id FROM organisation_employee WHERE account_id = %(account)s::bigint
    ), mine AS (
        SELECT team.id FROM organisation_team team JOIN me ON team.leader_id = me.id OR team.id = me.team_id
        UNION SELECT team.id FROM organisation_team team JOIN mine ON team.parent_id = mine.id
    )
    SELECT person.account_id FROM organisation_employee person, me
    WHERE CASE WHEN %(site)s::boolean THEN person.site_id = me.site_id ELSE person.team_id IN (SELECT id FROM mine) END
"""


def account_ids_within(account: Account, reach: Reach) -> list[int] | None:
    """The accounts whose things a reach covers: oneself, one's teams, one's site; None means everyone. One query."""
    if reach is Reach.ALL:
        return None
    if reach is Reach.OWN:
        return [account.pk]
    with bound_cursor(connection, is_binary=True) as cursor:
        cursor.execute(_WITHIN, {"account": account.pk, "site": reach is Reach.SITE})
        return sorted({account.pk, *(row[0] for row in cursor.fetchall())})


def managed_people(account: Account) -> QuerySet[Employee]:
    """The people an account looks after, with account, place and roles at hand."""
    reach = account.reach_of(MANAGE_PEOPLE)
    if reach is None:
        return Employee.objects.none()
    ids = account_ids_within(account, reach)
    rows = Employee.objects.select_related("account", "team", "site", "position")
    return rows if ids is None else rows.filter(account_id__in=ids)


def access_employee(account: Account, *, employee_id: int) -> Employee:
    """A person whom the asking one looks after. Raises `NotFound`, for strangers too."""
    found = managed_people(account).filter(pk=employee_id).first()
    if found is None:
        raise NotFound(_("This person is not here, or not among those you look after."))
    return found


def managed_sites(account: Account) -> QuerySet[Site]:
    """The sites an account may place people at."""
    rows = Site.objects.order_by("id")
    if account.reach_of(MANAGE_PEOPLE) is Reach.ALL:
        return rows
    return rows.filter(employees__account=account)


def check_site_within(account: Account, *, site: Site) -> None:
    """Raises `NotPermitted` when a person may not place people at a site."""
    if not managed_sites(account).filter(pk=site.pk).exists():
        raise NotPermitted(_("You look after another site. Ask an administrator to place people at %(site)s.") % {"site": site})


@dataclass(frozen=True, kw_only=True)
class PeopleFilter:
    """What a list of people is narrowed to; zero and "" mean not narrowed. `state` is working, left or all."""

    words: str = ""
    site_id: int = 0
    team_id: int = 0
    position_id: int = 0
    role_id: int = 0
    skill_id: int = 0
    state: str = "working"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.site_id or self.team_id or self.position_id or self.role_id or self.skill_id)


def narrowed(people: QuerySet[Employee], *, by: PeopleFilter) -> QuerySet[Employee]:
    """People that fit; a team means it and every team under it."""
    if by.state == "working":
        people = people.filter(account__is_active=True)
    elif by.state == "left":
        people = people.filter(account__is_active=False)
    for word in by.words.split()[:5]:
        people = people.filter(
            Q(account__display_name__icontains=word) | Q(account__login__icontains=word) | Q(number__icontains=word)
            | Q(account__email__icontains=word)
        )  # fmt: skip
    if by.team_id:
        people = people.filter(team_id__in=team_ids_below([by.team_id]))
    exact: dict[str, Any] = {"site_id": by.site_id, "position_id": by.position_id}
    people = people.filter(**{name: value for name, value in exact.items() if value})
    if by.role_id:
        people = people.filter(account__grants__role_id=by.role_id)
    if by.skill_id:
        people = people.filter(skill_levels__skill_id=by.skill_id)
    return people


@dataclass(kw_only=True)
class TeamNode:
    """A team in the tree; `people` counts its own active members, `people_below` with all teams under it."""

    team: Team
    depth: int
    people: int
    people_below: int = 0
    children: list[TeamNode] = field(default_factory=list)


def team_tree() -> list[TeamNode]:
    """All teams, top ones first, each with its children; one query."""
    rows = Team.objects.select_related("site", "leader__account").annotate(
        people=Count("members", filter=Q(members__account__is_active=True))
    )
    nodes = {team.pk: TeamNode(team=team, depth=0, people=team.people) for team in rows.order_by("site_id", "id")}
    roots: list[TeamNode] = []
    for node in nodes.values():
        parent = nodes.get(node.team.parent_id or 0)
        (parent.children if parent else roots).append(node)
    for root in roots:
        _count_below(root, depth=0)
    return roots


def _count_below(node: TeamNode, *, depth: int) -> int:
    node.depth = depth
    node.people_below = node.people + sum(_count_below(child, depth=depth + 1) for child in node.children)
    return node.people_below


def flat_tree() -> list[TeamNode]:
    """The tree from top to bottom, for lists and choices."""
    found: list[TeamNode] = []
    waiting = list(reversed(team_tree()))
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += reversed(node.children)
    return found


def sites_with_people() -> QuerySet[Site]:
    active = Count("employees", filter=Q(employees__account__is_active=True), distinct=True)
    return Site.objects.annotate(people=active, team_count=Count("teams", distinct=True)).order_by("id")


def positions_with_holders() -> QuerySet[Position]:
    return Position.objects.annotate(people=Count("holders", filter=Q(holders__account__is_active=True))).order_by("id")


def skills_with_holders() -> QuerySet[Skill]:
    return Skill.objects.annotate(people=Count("holders", filter=Q(holders__employee__account__is_active=True))).order_by(
        "kind", "id"
    )


def colleagues(*, words: str = "", site_id: int = 0) -> QuerySet[Employee]:
    """Everybody who works here, as colleagues see them."""
    rows = Employee.objects.filter(account__is_active=True).select_related("account", "team", "site", "position")
    rows = narrowed(rows, by=PeopleFilter(words=words, site_id=site_id, state="all"))
    return rows.order_by("site_id", "team_id", "number")
