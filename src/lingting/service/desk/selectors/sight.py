"""Which cases a person may see: by their owner, by the queues they serve, by being asked in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Reach
from lingting.kernel.organisation.selectors import account_ids_within
from lingting.platform.database.binding import bound_cursor
from lingting.platform.refusals import NotPermitted
from lingting.service.desk.models import Case, Mention
from lingting.service.desk.services.refusals import case_not_found

VIEW = "desk.view_cases"
ANSWER = "desk.answer_cases"
ASSIGN = "desk.assign_cases"

Invitations = Callable[[int, int], bool]

_served: list[str] = []
_invitations: list[Invitations] = []


@dataclass(frozen=True, slots=True)
class Sight:
    """How far a person sees: everyone's cases, or those of `people` and the unowned ones of `queues`."""

    account_id: int
    sees_all: bool
    people: tuple[int, ...] = ()
    queues: tuple[int, ...] = ()

    def covers(self, *, assignee_id: int | None, queue_id: int) -> bool:
        if self.sees_all:
            return True
        return queue_id in self.queues if assignee_id is None else assignee_id in self.people


def register_served_queues(sql: str) -> None:
    """An app above tells which queues a person serves: a SELECT of queue ids that knows `%(account)s`."""
    _served.append(sql)


def register_invitation(source: Invitations) -> None:
    """An app above opens a case to somebody it asked in: `source(account_id, case_id)` says whether."""
    _invitations.append(source)


def sight_of(account: Account, *, permission: str = VIEW) -> Sight | None:
    """How far a permission of a person reaches over cases; None: they do not have it."""
    reach = account.reach_of(permission)
    if reach is None:
        return None
    people = account_ids_within(account, reach)
    if people is None:
        return Sight(account.pk, sees_all=True)
    return Sight(account.pk, sees_all=False, people=tuple(people), queues=_queues_of(account, reach=reach))


def access_case(account: Account, case_id: int, *, permission: str = VIEW) -> Case:
    """The case, if the person may see it (or was asked in). Raises `CaseNotFound`, never saying which it was."""
    sight = sight_of(account, permission=permission)
    case = Case.objects.select_related("customer__tier", "queue", "type", "assignee", "closed_by").filter(pk=case_id).first()
    if case is None or sight is None:
        raise case_not_found()
    if sight.covers(assignee_id=case.assignee_id, queue_id=case.queue_id) or is_invited(account.pk, case_id=case_id):
        return case
    raise case_not_found()


def access_case_to(account: Account, case_id: int, *, permission: str) -> Case:
    """The case, if the person may see it and do this to it. Raises `CaseNotFound`, or `NotPermitted` with whom to ask."""
    case = access_case(account, case_id)
    if not may_act(account, case, permission=permission):
        raise NotPermitted(_("This case is not among those you work on. Ask its owner or your team leader."))
    return case


def may_act(account: Account, case: Case, *, permission: str = ANSWER) -> bool:
    """Whether a person may do something to a case they see."""
    sight = sight_of(account, permission=permission)
    return sight is not None and (
        sight.covers(assignee_id=case.assignee_id, queue_id=case.queue_id) or is_invited(account.pk, case_id=case.pk)
    )


def is_invited(account_id: int, *, case_id: int) -> bool:
    """Whether somebody was mentioned in a note of the case, or asked in by an app above."""
    if any(source(account_id, case_id) for source in _invitations):
        return True
    return Mention.objects.filter(account_id=account_id, message__case_id=case_id).exists()


def visible_case_ids(account: Account, case_ids: Iterable[int]) -> set[int]:
    """Those of the cases that a person may see; for live topics. A constant number of queries."""
    wanted = list(case_ids)
    sight = sight_of(account)
    if sight is None or not wanted:
        return set()
    rows = Case.objects.filter(pk__in=wanted).values_list("id", "assignee_id", "queue_id")
    seen = {pk for pk, owner, queue in rows if sight.covers(assignee_id=owner, queue_id=queue)}
    return seen | {pk for pk in wanted if pk not in seen and is_invited(account.pk, case_id=pk)}


_QUEUES = """
    WITH RECURSIVE me AS (
        SELECT id, team_id, site_id FROM organisation_employee WHERE account_id = %(account)s
    ), below AS (
        SELECT team.id FROM organisation_team team JOIN me ON team.leader_id = me.id
        UNION SELECT team.id FROM organisation_team team JOIN below ON team.parent_id = below.id
    )
    SELECT queue.id FROM desk_queue queue JOIN organisation_team team ON team.id = queue.team_id, me
    WHERE team.id = me.team_id OR team.id IN (SELECT id FROM below) OR (%(site)s AND team.site_id = me.site_id)
"""


def _queues_of(account: Account, *, reach: Reach) -> tuple[int, ...]:
    """Queues whose unowned cases a limited reach shows: those served, and those of one's teams or site; one query."""
    with bound_cursor(connection) as cursor:
        cursor.execute(" UNION ".join([_QUEUES, *_served]), {"account": account.pk, "site": reach is Reach.SITE})
        return tuple(sorted(row[0] for row in cursor.fetchall()))


def permitted_ids(account: Account, case_ids: Iterable[int], *, permission: str) -> list[int]:
    """Those of the cases that a person may do something to, in their order; one query."""
    wanted = list(case_ids)
    sight = sight_of(account, permission=permission)
    if sight is None:
        return []
    rows = Case.objects.filter(pk__in=wanted).values_list("id", "assignee_id", "queue_id")
    allowed = {pk for pk, owner, queue in rows if sight.covers(assignee_id=owner, queue_id=queue)}
    return [pk for pk in wanted if pk in allowed]
