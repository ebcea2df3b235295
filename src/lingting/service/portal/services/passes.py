"""Passes: made for links and sign-ins, opened, taken back."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from lingting.kernel.accounts.services import digest_of
from lingting.kernel.organisation.selectors import public_address
from lingting.platform.refusals import NotFound
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case
from lingting.service.desk.services import case_for
from lingting.service.portal.models import Pass, PassKind, SignInCode

LINK_LIVES, SIGN_IN_LIVES = timedelta(days=90), timedelta(days=30)
KEPT = timedelta(days=30)


class LinkIsOver(NotFound):
    """A wrong, outlived or revoked link: the three are never told apart."""

    code = "portal_link_is_over"


def link_for(customer: Customer, case: Case | None = None, *, now: datetime) -> str:
    """The path of a fresh link into a customer's portal (`/my/l/…/`), for a mail, the end of a chat or an SMS.

    With a case it opens that case alone, so that whoever the letter is forwarded to sees nothing else. It lives 90 days
    and can be revoked; the secret is kept nowhere. Put the site's address in front.
    """
    return reverse("portal:link", args=[make_pass(customer, kind=PassKind.LINK, case=case, lives=LINK_LIVES, now=now)])


def case_link(case: Case, now: datetime) -> str:
    """The whole address of a fresh link to a case, for letters; "" where the site's address is not known, or nobody may follow it."""
    if case.parent_id is not None or not public_address():
        return ""
    return public_address(link_for(case.customer, case, now=now))


def make_pass(customer: Customer, *, kind: str, lives: timedelta, now: datetime, case: Case | None = None) -> str:
    """A new pass; returns its secret."""
    secret = secrets.token_urlsafe(24)
    Pass.objects.create(customer=customer, case=case, kind=kind, secret_hash=digest_of(secret), made_at=now, until_at=now + lives)
    return secret


def access_pass(secret: str, *, now: datetime) -> Pass:
    """The pass behind a secret, its customer being who they turned out to be after merges. Raises `LinkIsOver`."""
    rows = Pass.objects.select_related("customer").filter(secret_hash=digest_of(secret), until_at__gt=now, revoked_at=None)
    found = rows.first() if secret else None
    if found is None:
        raise LinkIsOver(_("This link does not work any more. Sign in with your e-mail address instead."))
    while found.customer.merged_into is not None:
        found.customer = found.customer.merged_into
    if found.case_id is not None:
        found.case_id = case_for(found.case_id)
    return found


def revoke(found: Pass, *, now: datetime) -> None:
    Pass.objects.filter(pk=found.pk, revoked_at=None).update(revoked_at=now)


def revoke_links(customer: Customer, *, now: datetime) -> int:
    """Takes every pass of a customer back, links and sign-ins; returns how many."""
    return Pass.objects.filter(customer=customer, revoked_at=None, until_at__gt=now).update(revoked_at=now)


def forget_old(*, now: datetime) -> int:
    """Deletes passes a month after their end, and codes a day after theirs."""
    codes, _each = SignInCode.objects.filter(until_at__lt=now - timedelta(days=1)).delete()
    passes, _each = Pass.objects.filter(until_at__lt=now - KEPT).delete()
    return codes + passes
