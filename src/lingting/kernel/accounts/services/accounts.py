"""Accounts themselves: made, changed, closed; and their passwords."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import ADMINISTRATOR, Account, Reach
from lingting.kernel.accounts.services.locking import lock_rights
from lingting.kernel.accounts.services.roles import check_administrator_remains, grant_role
from lingting.kernel.accounts.services.sessions import end_other_sessions
from lingting.platform.refusals import Conflict, Invalid

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"


class LoginTaken(Conflict):
    """Another account has this sign-in name."""

    code = "login_taken"


class WeakPassword(Invalid):
    """The password is too easy to guess; the message says what it lacks."""

    code = "weak_password"


class WrongPassword(Invalid):
    """The current password was not given rightly."""

    code = "wrong_password"


class AlreadyFounded(Conflict):
    """The centre has an account already, so nobody may make its first one."""

    code = "already_founded"


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
        sentence = _("The sign-in name “%(login)s” is taken. Choose another.") % {"login": account.login}
        raise LoginTaken(sentence, fields={"login": [sentence]}) from error
    return account


@transaction.atomic
def create_administrator(login: str, *, display_name: str, password: str, now: datetime) -> Account:
    """An account that may do everything."""
    account = create_account(login, display_name=display_name, password=password, now=now)
    grant_role(account, role_key=ADMINISTRATOR, reach=Reach.ALL, by=None, now=now)
    return account


@transaction.atomic
def create_first_administrator(login: str, *, display_name: str, password: str, now: datetime) -> Account:
    """The administrator of an empty centre; two people who try at once do not both succeed. Raises `AlreadyFounded`."""
    lock_rights()
    if Account.objects.exists():
        raise AlreadyFounded(_("This centre has an administrator already. Sign in, or ask them for an account."))
    return create_administrator(login, display_name=display_name, password=password, now=now)


def check_password(password: str, *, account: Account) -> None:
    """Raises `WeakPassword` unless the password is good enough."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), fields={"password": error.messages}) from error


@transaction.atomic
def change_password(account: Account, *, current: str | None, new: str, session_key: str = "") -> None:
    """A person's own change. Every other browser is signed out. `current` None: it was just given at the sign-in.

    Raises `WrongPassword`, `WeakPassword`.
    """
    if current is not None and not account.check_password(current):
        sentence = _("That is not your current password. Nothing was changed.")
        raise WrongPassword(sentence, fields={"current": [sentence]})
    if account.check_password(new):
        sentence = _("This is the password you have now. Choose a new one.")
        raise WeakPassword(sentence, fields={"password": [sentence]})
    check_password(new, account=account)
    account.set_password(new)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    end_other_sessions(account, keep=session_key)


@transaction.atomic
def replace_password(account: Account) -> str:
    """Somebody else's reset: returns a password to hand over, good for one sign-in; all browsers are signed out."""
    password = make_password_text()
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    end_other_sessions(account, keep="")
    return password


def make_password_text() -> str:
    """A random password that can be read out on the telephone: 55 bits, no letters that look like digits."""
    parts = ["".join(secrets.choice(_LETTERS) for _step in range(4)) for _part in range(2)]
    return "-".join([*parts, "".join(secrets.choice(_DIGITS + _LETTERS) for _step in range(4))])


def update_profile(account: Account, *, display_name: str, email: str) -> None:
    """The name colleagues see and the address for mail."""
    account.display_name = display_name.strip()
    account.email = email.strip()
    account.save(update_fields=["display_name", "email"])


def keep_preferences(account: Account, *, wishes: Mapping[str, str]) -> None:
    """Language, theme and density; whatever is not one of the choices is left as it was."""
    changed = []
    for name in ("language", "theme", "density"):
        choices = {value for value, _label in getattr(Account._meta.get_field(name), "choices", None) or ()}
        if wishes.get(name) in choices:
            setattr(account, name, wishes[name])
            changed.append(name)
    if changed:
        account.save(update_fields=changed)


@transaction.atomic
def deactivate_account(account: Account) -> None:
    """Closes an account: no sign-in, no token, no live connection from now on. Raises `LastAdministrator`."""
    lock_rights()
    account.is_active = False
    account.save(update_fields=["is_active"])
    check_administrator_remains()
    end_other_sessions(account, keep="")


def reactivate_account(account: Account) -> None:
    """Opens a closed account again, with the roles it had."""
    account.is_active = True
    account.save(update_fields=["is_active"])
