"""The structure people stand in: teams, sites, positions, skills."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.models import Reach
from lingting.kernel.accounts.permissions import requires
from lingting.kernel.organisation import selectors, services
from lingting.kernel.organisation.forms import PositionForm, SiteForm, SkillForm, TeamForm
from lingting.kernel.organisation.models import BilingualName, Position, Site, Skill, Team
from lingting.platform.database.keys import free_key
from lingting.platform.ui.refused_forms import submitted


def _looks_after_all(request: HttpRequest) -> bool:
    return request.user.reach_of(selectors.MANAGE_PEOPLE) is Reach.ALL


@require_safe
@requires("organisation.manage_people")
def teams(request: HttpRequest) -> HttpResponse:
    return render(request, "organisation/teams.html", {"nodes": selectors.flat_tree(), "current": "teams"})


@requires("organisation.manage_people")
def team(request: HttpRequest, team_id: int | None = None) -> HttpResponse:
    """Makes or changes a team; `?under=<id>` makes one under another."""
    found = get_object_or_404(Team, pk=team_id) if team_id else None
    if found is not None:
        selectors.check_site_within(request.user, site=found.site)
    form = TeamForm(request.POST or None, by=request.user, initial=_team_values(request, found))

    def act(given: dict[str, Any]) -> HttpResponse:
        saved = services.save_team(found or Team(), **given, by=request.user)
        messages.success(request, _("The team “%(team)s” is saved.") % {"team": saved})
        return redirect("organisation:teams")

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    members = (
        list(found.members.filter(account__is_active=True).select_related("account", "position").order_by("number"))
        if found
        else []
    )
    context = {"form": form, "team": found, "members": members, "cancel_url": "../"}
    return render(request, "organisation/team.html", context, status=status)


def _team_values(request: HttpRequest, found: Team | None) -> dict[str, Any]:
    if found is not None:
        return {
            "name_zh": found.name_zh,
            "name_en": found.name_en,
            "parent": found.parent_id,
            "site": found.site_id,
            "leader": found.leader_id,
        }
    under = request.GET.get("under", "")
    parent = Team.objects.filter(pk=int(under)).first() if under.isascii() and under.isdecimal() and len(under) < 18 else None
    return {"parent": parent.pk, "site": parent.site_id} if parent else {}


@require_POST
@requires("organisation.manage_people")
def team_removal(request: HttpRequest, team_id: int) -> HttpResponse:
    found = get_object_or_404(Team, pk=team_id)
    selectors.check_site_within(request.user, site=found.site)
    return _remove(request, found, back="organisation:teams")


@require_safe
@requires("organisation.manage_people")
def sites(request: HttpRequest) -> HttpResponse:
    context = {"sites": list(selectors.sites_with_people()), "current": "sites", "may_change": _looks_after_all(request)}
    return render(request, "organisation/sites.html", context)


@requires("organisation.manage_people")
def site(request: HttpRequest, site_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(Site, pk=site_id) if site_id else Site()
    return _record_page(request, SiteForm, found, template="organisation/site.html", back="organisation:sites")


@require_POST
@requires("organisation.manage_people")
def site_removal(request: HttpRequest, site_id: int) -> HttpResponse:
    services.check_whole_centre(request.user)
    return _remove(request, get_object_or_404(Site, pk=site_id), back="organisation:sites")


@require_safe
@requires("organisation.manage_people")
def positions(request: HttpRequest) -> HttpResponse:
    rows = list(selectors.positions_with_holders())
    context = {"positions": rows, "current": "positions", "may_change": _looks_after_all(request)}
    return render(request, "organisation/positions.html", context)


@requires("organisation.manage_people")
def position(request: HttpRequest, position_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(Position, pk=position_id) if position_id else Position()
    return _record_page(request, PositionForm, found, template="organisation/position.html", back="organisation:positions")


@require_POST
@requires("organisation.manage_people")
def position_removal(request: HttpRequest, position_id: int) -> HttpResponse:
    services.check_whole_centre(request.user)
    return _remove(request, get_object_or_404(Position, pk=position_id), back="organisation:positions")


@require_safe
@requires("organisation.manage_people")
def skills(request: HttpRequest) -> HttpResponse:
    kinds = dict(Skill.KINDS)
    groups: dict[str, list[Skill]] = {}
    for row in selectors.skills_with_holders():
        groups.setdefault(row.kind, []).append(row)
    shown = [(kinds[kind], groups[kind]) for kind in kinds if kind in groups]
    context = {"groups": shown, "current": "skills", "may_change": _looks_after_all(request)}
    return render(request, "organisation/skills.html", context)


@requires("organisation.manage_people")
def skill(request: HttpRequest, skill_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(Skill, pk=skill_id) if skill_id else Skill()
    return _record_page(request, SkillForm, found, template="organisation/skill.html", back="organisation:skills")


@require_POST
@requires("organisation.manage_people")
def skill_removal(request: HttpRequest, skill_id: int) -> HttpResponse:
    services.check_whole_centre(request.user)
    return _remove(request, get_object_or_404(Skill, pk=skill_id), back="organisation:skills")


def _record_page(
    request: HttpRequest, form_class: type[ModelForm], found: BilingualName, *, template: str, back: str
) -> HttpResponse:
    """One form over one named thing of the whole centre."""
    services.check_whole_centre(request.user)
    form = form_class(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        saved = form.save(commit=False)
        saved.key = saved.key or free_key(
            saved.name_en, among=type(found)._default_manager.all(), otherwise=type(found)._meta.model_name
        )
        saved.save()
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
        return redirect(back)
    context = {"form": form, "record": found if found.pk else None, "cancel_url": "../"}
    return render(request, template, context, status=422 if form.errors else 200)


def _remove(request: HttpRequest, found: BilingualName, *, back: str) -> HttpResponse:
    services.remove_unused(found)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found})
    return redirect(back)
