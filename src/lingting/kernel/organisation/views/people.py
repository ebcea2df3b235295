"""The people of the centre: list, one person, joining and leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts import services as accounts
from lingting.kernel.accounts.models import REACH_LABELS, REACH_ORDER, Account, Reach, Role
from lingting.kernel.accounts.permissions import requires
from lingting.kernel.accounts.selectors import has_second_factor
from lingting.kernel.organisation import selectors, services
from lingting.kernel.organisation.forms import DepartureForm, PersonForm, team_choices
from lingting.kernel.organisation.models import LEVELS, Employee, Position, Skill
from lingting.kernel.organisation.registry import holdings_of
from lingting.platform.ui.paging import keyset_page
from lingting.platform.ui.refused_forms import submitted

STATES = ("working", "left", "all")


@require_safe
@requires("organisation.manage_people")
def people(request: HttpRequest) -> HttpResponse:
    """`/settings/people/`: everybody the asking person looks after."""
    asked = _filter(request)
    rows = selectors.narrowed(selectors.managed_people(request.user), by=asked)
    rows = rows.prefetch_related("account__grants__role", "skill_levels__skill")
    page = keyset_page(rows, order=("number",), query=request.GET, size=50)
    labels = (_("Working here"), _("No longer here"), _("All"))
    context = {
        "page": page, "asked": asked, "query": asked.words, "search_label": _("Name, sign-in name or number"),
        "states": [(state, label, state == asked.state) for state, label in zip(STATES, labels, strict=True)],
        "choices": _filter_choices(request, asked),
    }  # fmt: skip
    return render(request, "organisation/people.html", context)


def _filter(request: HttpRequest) -> selectors.PeopleFilter:
    asked = request.GET
    state = asked.get("state", "working")

    def number(name: str) -> int:
        text = asked.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0

    return selectors.PeopleFilter(
        words=asked.get("q", "").replace("\x00", "")[:80], site_id=number("site"), team_id=number("team"),
        position_id=number("position"), role_id=number("role"), skill_id=number("skill"),
        state=state if state in STATES else "working",
    )  # fmt: skip


def _filter_choices(request: HttpRequest, asked: selectors.PeopleFilter) -> list[dict[str, Any]]:
    lists: list[tuple[str, str, Sequence[tuple[Any, str]], int]] = [
        ("site", _("All sites"), [(site.pk, site.name) for site in selectors.managed_sites(request.user)], asked.site_id),
        ("team", _("All teams"), team_choices(), asked.team_id),
        ("position", _("All positions"), [(row.pk, row.name) for row in Position.objects.order_by("id")], asked.position_id),
        ("role", _("All roles"), [(row.pk, row.name) for row in Role.objects.all()], asked.role_id),
        ("skill", _("All skills"), [(row.pk, row.name) for row in Skill.objects.order_by("kind", "id")], asked.skill_id),
    ]
    return [
        {"name": name, "label": label, "options": [(str(pk), text, str(pk) == str(chosen)) for pk, text in options]}
        for name, label, options, chosen in lists
    ]


@never_cache
@requires("organisation.manage_people")
def new_person(request: HttpRequest) -> HttpResponse:
    """Somebody new: profile, place, roles, skills; the answer shows the password for the first sign-in once."""
    form = PersonForm(request.POST or None, by=request.user)

    def act(given: dict[str, Any]) -> HttpResponse:
        employee, password = _hire(request, form)
        return _show_password(request, employee, password=password, is_new=True)

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {
        "form": form,
        "roles": _role_lines(request, None),
        "skill_groups": _skill_groups(request, None),
        "cancel_url": "../",
    }
    return render(request, "organisation/person.html", context, status=status)


@transaction.atomic
def _hire(request: HttpRequest, form: PersonForm) -> tuple[Employee, str]:
    given, now = form.cleaned_data, timezone.now()
    employee, password = services.hire(
        given["login"], display_name=given["display_name"], email=given["email"], **form.place(), by=request.user, now=now
    )
    services.set_roles(employee.account, wanted=_posted_roles(request), by=request.user, now=now)
    services.set_skills(employee, levels=_posted_levels(request), by=request.user, now=now)
    return employee, password


@requires("organisation.manage_people")
def person(request: HttpRequest, employee_id: int) -> HttpResponse:
    """One person."""
    employee = selectors.access_employee(request.user, employee_id=employee_id)
    is_above = _is_above(request.user, employee.account)
    form = PersonForm(request.POST or None, by=request.user, employee=employee, initial=_initial(employee))

    def act(given: dict[str, Any]) -> HttpResponse:
        _save(request, form, employee)
        messages.success(request, _("%(name)s is saved.") % {"name": employee})
        return redirect("organisation:people")

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {
        "form": form, "employee": employee, "account": employee.account, "is_above": is_above,
        "roles": _role_lines(request, employee), "skill_groups": _skill_groups(request, employee),
        "has_second_factor": has_second_factor(employee.account), "cancel_url": "../",
    }  # fmt: skip
    return render(request, "organisation/person.html", context, status=status)


def _initial(employee: Employee) -> dict[str, Any]:
    account = employee.account
    return {
        "display_name": account.display_name, "email": account.email, "number": employee.number, "site": employee.site_id,
        "team": employee.team_id, "position": employee.position_id, "hired_date": employee.hired_date,
    }  # fmt: skip


@transaction.atomic
def _save(request: HttpRequest, form: PersonForm, employee: Employee) -> None:
    given, now, by = form.cleaned_data, timezone.now(), request.user
    accounts.check_outranks(by, account=employee.account)
    accounts.update_profile(employee.account, display_name=given["display_name"], email=given["email"])
    services.change_place(employee, **form.place(), by=by, now=now)
    services.set_roles(employee.account, wanted=_posted_roles(request), by=by, now=now)
    services.set_skills(employee, levels=_posted_levels(request), by=by, now=now)


def _is_above(by: Account, account: Account) -> bool:
    try:
        accounts.check_outranks(by, account=account)
    except accounts.MoreThanOneHolds:
        return True
    return False


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """A role with the reaches that the asking person may give; `reach` is the one held or chosen, "" for none."""

    role: Role
    reach: str
    choices: list[tuple[str, str]]
    is_fixed: bool


def _role_lines(request: HttpRequest, employee: Employee | None) -> list[RoleLine]:
    held = {grant.role_id: grant.reach for grant in employee.account.grants.all()} if employee else {}
    posted = _posted_roles(request) if request.method == "POST" else None
    lines = []
    for role in Role.objects.all():
        reach = held.get(role.pk, "") if posted is None else str(posted.get(role.key, ""))
        may = [one for one in REACH_ORDER if _may_give(request.user, role, one)]
        is_fixed = bool(held.get(role.pk)) and Reach(held[role.pk]) not in may
        if may or is_fixed:
            lines.append(RoleLine(role=role, reach=reach, choices=_reach_choices(may, reach), is_fixed=is_fixed))
    return lines


def _reach_choices(may: list[Reach], reach: str) -> list[tuple[str, str]]:
    shown = [one for one in REACH_ORDER if one in may or one == reach]
    return [("", _("not given")), *((one.value, str(REACH_LABELS[one])) for one in shown)]


def _may_give(by: Account, role: Role, reach: Reach) -> bool:
    try:
        accounts.check_may_give(by, permissions=role.permissions, reach=reach)
    except accounts.MoreThanOneHolds:
        return False
    return True


def _posted_roles(request: HttpRequest) -> dict[str, Reach]:
    chosen = {name.removeprefix("role-"): value for name, value in request.POST.items() if name.startswith("role-")}
    known = set(Role.objects.filter(key__in=chosen).values_list("key", flat=True))
    return {key: Reach(value) for key, value in chosen.items() if key in known and value in set(Reach)}


def _skill_groups(request: HttpRequest, employee: Employee | None) -> list[dict[str, Any]]:
    levels = dict(employee.skill_levels.values_list("skill_id", "level")) if employee else {}
    if request.method == "POST":
        levels = _posted_levels(request)
    kinds = dict(Skill.KINDS)
    groups: dict[str, list[dict[str, Any]]] = {}
    for skill in Skill.objects.order_by("id"):
        groups.setdefault(skill.kind, []).append({"skill": skill, "level": levels.get(skill.pk, 0)})
    names = [(0, "–"), *((level, f"{level} · {label}") for level, label in LEVELS.items())]
    return [{"label": kinds[kind], "lines": groups[kind], "levels": names} for kind in kinds if kind in groups]


def _posted_levels(request: HttpRequest) -> dict[int, int]:
    chosen = {name.removeprefix("skill-"): value for name, value in request.POST.items() if name.startswith("skill-")}
    known = set(Skill.objects.values_list("pk", flat=True))
    return {
        int(pk): int(level) for pk, level in chosen.items()
        if pk.isascii() and pk.isdecimal() and len(pk) < 18 and int(pk) in known and level in {"1", "2", "3", "4", "5"}
    }  # fmt: skip


@requires("organisation.manage_people")
def departure(request: HttpRequest, employee_id: int) -> HttpResponse:
    """Closing an account: first says what the person still holds, then does it."""
    employee = selectors.access_employee(request.user, employee_id=employee_id)
    form = DepartureForm(request.POST or None, initial={"on": timezone.localdate().isoformat()})
    if request.method == "POST" and form.is_valid():
        services.leave(employee, on=form.cleaned_data["on"], by=request.user, now=timezone.now())
        messages.success(request, _("The account of %(name)s is closed.") % {"name": employee})
        return redirect("organisation:people")
    context = {
        "form": form, "employee": employee, "holdings": holdings_of(employee.account),
        "led_teams": list(employee.led_teams.all()),
    }  # fmt: skip
    return render(request, "organisation/departure.html", context, status=422 if form.errors else 200)


@require_POST
@requires("organisation.manage_people")
def return_to_work(request: HttpRequest, employee_id: int) -> HttpResponse:
    employee = selectors.access_employee(request.user, employee_id=employee_id)
    services.return_to_work(employee, by=request.user, now=timezone.now())
    messages.success(request, _("The account of %(name)s is open again.") % {"name": employee})
    return redirect("organisation:person", employee_id=employee.pk)


@never_cache
@require_POST
@requires("organisation.manage_people")
def password(request: HttpRequest, employee_id: int) -> HttpResponse:
    """A new password to hand over; shown in the answer and nowhere else."""
    employee = selectors.access_employee(request.user, employee_id=employee_id)
    return _show_password(request, employee, password=services.reset_password(employee, by=request.user), is_new=False)


def _show_password(request: HttpRequest, employee: Employee, *, password: str, is_new: bool) -> HttpResponse:
    context = {"employee": employee, "account": employee.account, "password": password, "is_new": is_new}
    return render(request, "organisation/password_once.html", context)


@require_POST
@requires("organisation.manage_people")
def second_factor(request: HttpRequest, employee_id: int) -> HttpResponse:
    employee = selectors.access_employee(request.user, employee_id=employee_id)
    services.reset_second_factor(employee, by=request.user)
    messages.success(request, _("The second factor of %(name)s is off. They can set up another phone.") % {"name": employee})
    return redirect("organisation:person", employee_id=employee.pk)
