"""People: their account, place, roles and skills, changed by somebody who may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts import services as accounts
from lingting.kernel.accounts.models import Account, Grant, Reach
from lingting.kernel.organisation.events import (
    EmployeeJoined,
    EmployeeLeft,
    EmployeeMoved,
    EmployeeReturned,
    EmployeeSkillsChanged,
)
from lingting.kernel.organisation.models import Employee, EmployeeSkill, Position, Site, Skill, Team
from lingting.kernel.organisation.selectors import check_site_within
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, Invalid


class NumberTaken(Conflict):
    """Another person has this staff number."""

    code = "number_taken"


class OwnAccount(Invalid):
    """People do not close their own account."""

    code = "own_account"


@transaction.atomic
def hire(
    login: str, *, display_name: str, email: str, number: str, site: Site, team: Team | None, position: Position | None,
    hired_date: date | None, by: Account, now: datetime,
) -> tuple[Employee, str]:  # fmt: skip
    """A new person with an account; returns them and the password for the first sign-in.

    Raises `LoginTaken`, `NumberTaken`, `NotPermitted` outside the reach of `by`.
    """
    check_site_within(by, site=site)
    account = accounts.create_account(login, display_name=display_name, password=None, email=email, now=now)
    password = accounts.replace_password(account)
    employee = Employee(account=account, hired_date=hired_date)
    _place(employee, number=number, site=site, team=team, position=position)
    record(EmployeeJoined(employee_id=employee.pk, account_id=account.pk), actor=by.as_actor, now=now)
    return employee, password


@transaction.atomic
def change_place(
    employee: Employee, *, number: str, site: Site, team: Team | None, position: Position | None, hired_date: date | None,
    by: Account, now: datetime,
) -> None:  # fmt: skip
    """Number, site, team, position. Raises `NumberTaken`, `NotPermitted` outside the reach of `by`."""
    check_site_within(by, site=site)
    before = (employee.team_id, employee.site_id, employee.position_id)
    employee.hired_date = hired_date
    _place(employee, number=number, site=site, team=team, position=position)
    if before != (employee.team_id, employee.site_id, employee.position_id):
        fact = EmployeeMoved(
            employee_id=employee.pk, account_id=employee.account_id, team_id=employee.team_id, site_id=employee.site_id,
            position_id=employee.position_id,
        )  # fmt: skip
        record(fact, actor=by.as_actor, now=now)


def _place(employee: Employee, *, number: str, site: Site, team: Team | None, position: Position | None) -> None:
    employee.number, employee.site, employee.team, employee.position = number.strip(), site, team, position
    try:
        with transaction.atomic():
            employee.save()
    except IntegrityError as error:
        sentence = _("The staff number %(number)s belongs to somebody else.") % {"number": employee.number}
        raise NumberTaken(sentence, fields={"number": [sentence]}) from error


@transaction.atomic
def set_skills(employee: Employee, *, levels: Mapping[int, int], by: Account, now: datetime) -> None:
    """All skills of a person: skill id to level 1-5; what is not named is taken away."""
    held = dict(EmployeeSkill.objects.select_for_update().filter(employee=employee).values_list("skill_id", "level"))
    wanted = {skill: level for skill, level in levels.items() if level}
    if held == wanted:
        return
    EmployeeSkill.objects.filter(employee=employee).exclude(skill_id__in=wanted).delete()
    for skill_id, level in wanted.items():
        if held.get(skill_id) != level:
            EmployeeSkill.objects.update_or_create(employee=employee, skill_id=skill_id, defaults={"level": level})
    keys = dict(Skill.objects.filter(pk__in=wanted).values_list("pk", "key"))
    fact = EmployeeSkillsChanged(
        employee_id=employee.pk, account_id=employee.account_id, levels={keys[skill]: level for skill, level in wanted.items()}
    )
    record(fact, actor=by.as_actor, now=now)


@transaction.atomic
def set_roles(account: Account, *, wanted: Mapping[str, Reach], by: Account, now: datetime) -> None:
    """All roles of a person: role key to reach. Gives before it takes, so that an administrator can pass the office on.

    Raises `MoreThanOneHolds`, `LastAdministrator`.
    """
    held = {grant.role.key: Reach(grant.reach) for grant in Grant.objects.filter(account=account).select_related("role")}
    for key, reach in wanted.items():
        if held.get(key) is not reach:
            if key in held:
                accounts.check_outranks(by, account=account)
            accounts.grant_role(account, role_key=key, reach=reach, by=by, now=now)
    for key in held.keys() - wanted.keys():
        accounts.revoke_role(account, role_key=key, by=by)


@transaction.atomic
def leave(employee: Employee, *, on: date, by: Account, now: datetime) -> None:
    """Closes a person's account; what they did stays under their name.

    Raises `OwnAccount` for oneself, `MoreThanOneHolds`, `LastAdministrator`.
    """
    if employee.account_id == by.pk:
        raise OwnAccount(_("You cannot close your own account. Ask another administrator."))
    accounts.check_outranks(by, account=employee.account)
    accounts.deactivate_account(employee.account)
    employee.left_date = on
    employee.save(update_fields=["left_date"])
    Team.objects.filter(leader=employee).update(leader=None)
    fact = EmployeeLeft(employee_id=employee.pk, account_id=employee.account_id, left_date=on.isoformat())
    record(fact, actor=by.as_actor, now=now)


@transaction.atomic
def return_to_work(employee: Employee, *, by: Account, now: datetime) -> None:
    """Opens the account again, with the roles and skills it had. Raises `MoreThanOneHolds`."""
    accounts.check_outranks(by, account=employee.account)
    accounts.reactivate_account(employee.account)
    employee.left_date = None
    employee.save(update_fields=["left_date"])
    record(EmployeeReturned(employee_id=employee.pk, account_id=employee.account_id), actor=by.as_actor, now=now)


def reset_password(employee: Employee, *, by: Account) -> str:
    """A password to hand over, good for one sign-in. Raises `MoreThanOneHolds`."""
    accounts.check_outranks(by, account=employee.account)
    return accounts.replace_password(employee.account)


def reset_second_factor(employee: Employee, *, by: Account) -> None:
    """For a lost phone without recovery codes. Raises `MoreThanOneHolds`."""
    accounts.check_outranks(by, account=employee.account)
    accounts.remove_second_factor(employee.account)
