"""What roles allow and who is given them. Nobody gives away more than they hold; an administrator always remains."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import ADMINISTRATOR, Account, Grant, Reach, Role, covers
from lingting.kernel.accounts.services.locking import lock_rights
from lingting.platform.database.keys import free_key
from lingting.platform.refusals import Conflict, Invalid, NotPermitted
from lingting.platform.ui.manifest import manifests

KEEPER_PERMISSIONS = ("accounts.manage_roles", "organisation.manage_people")
"""Who holds both for the whole centre can give everything back to everyone."""


class MoreThanOneHolds(NotPermitted):
    """Somebody tried to give, take or touch rights beyond their own."""

    code = "more_than_one_holds"


class LastAdministrator(Conflict):
    """After this nobody could look after people and roles."""

    code = "last_administrator"


class RoleInUse(Conflict):
    """People still have the role, or it belongs to the house."""

    code = "role_in_use"


class BadRole(Invalid):
    """A role needs a name."""

    code = "bad_role"


def grant_role(account: Account, *, role_key: str, reach: Reach, by: Account | None, now: datetime) -> Grant:
    """Gives a role, or changes its reach when the person has it already. `by` None: the house itself.

    Raises `MoreThanOneHolds`, `LastAdministrator`.
    """
    with transaction.atomic():
        lock_rights()
        role = Role.objects.get(key=role_key)
        if by is not None:
            check_may_give(by, permissions=role.permissions, reach=reach)
        grant, _made = Grant.objects.update_or_create(
            account=account, role=role, defaults={"reach": reach, "granted_at": now, "granted_by": by}
        )
        forget_reaches(account)
        if by is not None:
            check_administrator_remains()
    return grant


@transaction.atomic
def revoke_role(account: Account, *, role_key: str, by: Account) -> None:
    """Takes a role away. Raises `MoreThanOneHolds`, `LastAdministrator`."""
    lock_rights()
    grant = Grant.objects.select_related("role").filter(account=account, role__key=role_key).first()
    if grant is None:
        return
    check_may_give(by, permissions=grant.role.permissions, reach=Reach(grant.reach))
    grant.delete()
    forget_reaches(account)
    check_administrator_remains()


@transaction.atomic
def save_role(
    role: Role | None, *, name_zh: str, name_en: str, permissions: Iterable[str], requires_second_factor: bool, by: Account,
) -> Role:  # fmt: skip
    """Makes a role or changes one. The administrator's permissions stay complete whatever is given.

    Raises `MoreThanOneHolds` for permissions put in or taken out that `by` does not hold for the whole centre.
    """
    lock_rights()
    if not name_zh.strip():
        raise BadRole(_("Give the role a Chinese name."), fields={"name_zh": [_("Give the role a Chinese name.")]})
    role = role or Role(key=free_key(name_en, among=Role.objects.all(), otherwise="role"), is_builtin=False)
    known = list(scoped_permissions())
    wanted = [key for key in known if key in set(permissions)]
    wanted += [key for key in role.permissions if key not in known]  # of apps that are not installed now
    if role.key != ADMINISTRATOR:
        check_may_give(by, permissions=set(wanted) ^ set(role.permissions), reach=Reach.ALL)
        role.permissions = wanted
    role.name_zh, role.name_en = name_zh.strip(), name_en.strip()
    role.requires_second_factor = requires_second_factor
    role.save()
    forget_reaches(by)
    check_administrator_remains()
    return role


@transaction.atomic
def delete_role(role: Role) -> None:
    """Deletes a role of the centre's own that nobody has. Raises `RoleInUse`."""
    lock_rights()
    if role.is_builtin:
        raise RoleInUse(_("“%(role)s” belongs to the product and stays. You can take permissions out of it.") % {"role": role})
    holders = role.grants.count()
    if holders:
        raise RoleInUse(
            _("%(count)s people have the role “%(role)s”. Take it from them first.") % {"count": holders, "role": role}
        )
    role.delete()


def check_may_give(by: Account, *, permissions: Iterable[str], reach: Reach) -> None:
    """Raises `MoreThanOneHolds` unless `by` holds each of the permissions at least as far as `reach`."""
    scoped = scoped_permissions()
    for key in permissions:
        held = by.reach_of(key)
        if held is None or (scoped.get(key, True) and not covers(held, reach)):
            raise MoreThanOneHolds(
                _(
                    "You may only give or take rights that you hold yourself, and “%(permission)s” goes further. "
                    "Ask an administrator."
                )
                % {"permission": permission_label(key)}
            )


def check_outranks(by: Account, *, account: Account) -> None:
    """Raises `MoreThanOneHolds` when a person may do things that `by` may not: such accounts are not for `by` to touch."""
    if by.pk == account.pk:
        return
    scoped = scoped_permissions()
    for key, reach in account.reaches.items():
        held = by.reach_of(key)
        if held is None or (scoped.get(key, True) and not covers(held, reach)):
            raise MoreThanOneHolds(
                _("%(name)s has rights that you do not have. Ask an administrator to do this.") % {"name": account.display_name}
            )


def check_administrator_remains() -> None:
    """Raises `LastAdministrator` when nobody active could manage people and roles for the whole centre any more."""
    keepers = Grant.objects.filter(account__is_active=True, reach=Reach.ALL)
    found = [
        set(keepers.filter(role__permissions__contains=[key]).values_list("account_id", flat=True)) for key in KEEPER_PERMISSIONS
    ]
    if not set.intersection(*found):
        raise LastAdministrator(_("Then nobody could manage people and roles any more. Make somebody else administrator first."))


def scoped_permissions() -> dict[str, bool]:
    """Every declared permission, and whether its reach matters."""
    return {permission.key: permission.scoped for manifest in manifests() for permission in manifest.permissions}


def permission_label(key: str) -> str:
    """A permission in the reader's language, its key when no app declares it."""
    for manifest in manifests():
        for permission in manifest.permissions:
            if permission.key == key:
                return str(permission.label)
    return key


def forget_reaches(account: Account) -> None:
    """After grants changed within one request."""
    account.__dict__.pop("_reaches", None)
