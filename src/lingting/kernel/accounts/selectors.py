"""Reading accounts: the second factor, signed-in browsers, roles, tokens."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Count, Q, QuerySet
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from lingting.kernel.accounts.models import Account, Role, SignedIn, Token


def has_second_factor(account: Account) -> bool:
    return TOTPDevice.objects.filter(user=account, confirmed=True).exists()


def needs_second_factor(account: Account) -> bool:
    """Whether one of the person's roles demands a second factor they have not set up."""
    return account.grants.filter(role__requires_second_factor=True).exists() and not has_second_factor(account)


def recovery_codes_left(account: Account) -> int:
    return StaticToken.objects.filter(device__user=account).count()


def browsers_of(account: Account, *, now: datetime) -> list[SignedIn]:
    """Where the person is signed in, newest first."""
    living = Session.objects.filter(expire_date__gt=now).values("session_key")
    return list(SignedIn.objects.filter(account=account, session_key__in=living).order_by("-started_at", "-id"))


def tokens_of(account: Account) -> QuerySet[Token]:
    """A person's own tokens that were not withdrawn, newest first."""
    return Token.objects.filter(owner=account, revoked_at=None).order_by("-id")


def all_tokens() -> QuerySet[Token]:
    """Every token of people and applications that was not withdrawn, newest first."""
    return Token.objects.filter(revoked_at=None).select_related("owner", "created_by").order_by("-id")


def roles_with_holders() -> QuerySet[Role]:
    """All roles in their order; `holders` counts active people."""
    return Role.objects.annotate(holders=Count("grants", filter=Q(grants__account__is_active=True))).order_by("-is_builtin", "id")


def demo_accounts() -> QuerySet[Account]:
    """Accounts of the demo centre that may be chosen on its sign-in page, each with the roles it has."""
    return Account.objects.filter(is_demo=True, is_active=True).prefetch_related("grants__role").order_by("id")
