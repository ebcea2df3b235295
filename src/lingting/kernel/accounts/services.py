"""Making and changing accounts, roles given, tokens."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Grant, Reach, Role
from lingting.platform.refusals import Conflict, Invalid


class LoginTaken(Conflict):
    """Another account has this sign-in name."""

    code = "login_taken"


class WeakPassword(Invalid):
    """The password is too easy to guess; the message says what it lacks."""

    code = "weak_password"


@transaction.atomic
def create_account(login: str, *, display_name: str, password: str | None, now: datetime, email: str = "") -> Account:
    """A new account without any role. Raises `LoginTaken`, `WeakPassword`."""
    account = Account(login=login.strip().lower(), display_name=display_name.strip(), email=email)
    if password is not None:
        check_password(password, account=account)
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        raise LoginTaken(_("The sign-in name “%(login)s” is taken. Choose another.") % {"login": account.login}) from error
    return account


@transaction.atomic
def create_administrator(login: str, *, display_name: str, password: str, now: datetime) -> Account:
    """An account that may do everything."""
    account = create_account(login, display_name=display_name, password=password, now=now)
    grant_role(account, role_key="administrator", reach=Reach.ALL, by=None, now=now)
    return account


def grant_role(account: Account, *, role_key: str, reach: Reach, by: Account | None, now: datetime) -> Grant:
    """Gives a role, or changes its reach when the person has it already."""
    role = Role.objects.get(key=role_key)
    grant, _made = Grant.objects.update_or_create(
        account=account, role=role, defaults={"reach": reach, "granted_at": now, "granted_by": by}
    )
    account.__dict__.pop("_reaches", None)
    return grant


def check_password(password: str, *, account: Account) -> None:
    """Raises `WeakPassword` unless the password is good enough."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), fields={"password": error.messages}) from error
