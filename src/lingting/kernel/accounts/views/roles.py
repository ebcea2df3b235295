"""Roles: what each of them allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts import selectors, services
from lingting.kernel.accounts.forms import RoleForm
from lingting.kernel.accounts.models import ADMINISTRATOR, Account, Reach, Role
from lingting.kernel.accounts.permissions import requires
from lingting.kernel.accounts.words import app_label
from lingting.platform.ui.manifest import Permission, manifests
from lingting.platform.ui.refused_forms import submitted


@dataclass(frozen=True, kw_only=True)
class Box:
    """A permission as a box to tick; `is_fixed` where the asking person may not change it."""

    key: str
    label: str
    scoped: bool
    is_ticked: bool
    is_fixed: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """The permissions of one app."""

    app: str
    label: str
    boxes: list[Box]


@require_safe
@requires("accounts.manage_roles")
def role_list(request: HttpRequest) -> HttpResponse:
    """All roles side by side: one row a permission, one column a role."""
    roles = list(selectors.roles_with_holders())
    matrix = [
        (
            app_label(manifest.app),
            [(permission, [permission.key in role.permissions for role in roles]) for permission in manifest.permissions],
        )
        for manifest in manifests()
        if manifest.permissions
    ]
    return render(request, "accounts/roles.html", {"roles": roles, "matrix": matrix})


@requires("accounts.manage_roles")
def role(request: HttpRequest, role_id: int | None = None) -> HttpResponse:
    """One role: its names and its permissions, by app. `?like=<id>` begins with another role's permissions."""
    found = get_object_or_404(Role, pk=role_id) if role_id else None
    ticked = _asked_permissions(request, found)
    initial = {"name_zh": found.name_zh, "name_en": found.name_en,
               "requires_second_factor": found.requires_second_factor} if found else {}  # fmt: skip
    form = RoleForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> HttpResponse:
        saved = services.save_role(found, **given, permissions=ticked, by=request.user)
        messages.success(request, _("The role “%(role)s” is saved and counts from now on.") % {"role": saved})
        return redirect("accounts:roles")

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {
        "form": form, "role": found, "groups": groups(request.user, ticked=ticked, role=found),
        "holders": found.grants.filter(account__is_active=True).count() if found else 0,
        "is_administrator": bool(found and found.key == ADMINISTRATOR), "cancel_url": "../",
    }  # fmt: skip
    return render(request, "accounts/role.html", context, status=status)


def _asked_permissions(request: HttpRequest, found: Role | None) -> set[str]:
    if request.method == "POST":
        posted = set(request.POST.getlist("permissions"))
        fixed = {key for key in (found.permissions if found else []) if request.user.reach_of(key) is not Reach.ALL}
        return posted | (fixed & services.scoped_permissions().keys())
    if found:
        return set(found.permissions)
    like = request.GET.get("like", "")
    source = Role.objects.filter(pk=int(like)).first() if like.isdecimal() and len(like) < 18 else None
    return set(source.permissions) if source else set()


def groups(account: Account, *, ticked: set[str], role: Role | None) -> list[Group]:
    """Every declared permission by app; boxes the person may not move are fixed."""
    is_administrator = role is not None and role.key == ADMINISTRATOR

    def box(permission: Permission) -> Box:
        held = account.reach_of(permission.key) is Reach.ALL or (not permission.scoped and account.can(permission.key))
        return Box(
            key=permission.key, label=str(permission.label), scoped=permission.scoped,
            is_ticked=permission.key in ticked, is_fixed=is_administrator or not held,
        )  # fmt: skip

    return [
        Group(app=manifest.app, label=app_label(manifest.app), boxes=[box(permission) for permission in manifest.permissions])
        for manifest in manifests()
        if manifest.permissions
    ]


@require_POST
@requires("accounts.manage_roles")
def role_removal(request: HttpRequest, role_id: int) -> HttpResponse:
    found = get_object_or_404(Role, pk=role_id)
    services.delete_role(found)
    messages.success(request, _("The role “%(role)s” is deleted.") % {"role": found})
    return redirect("accounts:roles")
