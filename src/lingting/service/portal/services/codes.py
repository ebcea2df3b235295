"""One-time codes: mailed to known addresses, redeemed once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lingting.kernel.accounts.services import digest_of
from lingting.platform.refusals import Invalid
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.portal.letters import mail_code
from lingting.service.portal.models import PassKind, SignInCode
from lingting.service.portal.services.passes import SIGN_IN_LIVES, make_pass

CODE_LIVES, MOST_TRIES = timedelta(minutes=10), 5


class WrongCode(Invalid):
    """Wrong, outlived, used or tried too often: never told apart."""

    code = "wrong_code"


def clean_address(address: str) -> str:
    return address.replace("\x00", "").strip().lower()[:190]


def send_code(address: str, *, now: datetime) -> bool:
    """Mails a code to an address that a customer has, voiding those before; False, and nothing happens, for others.

    The caller says the same in both cases. Raises what sending mail raises.
    """
    point = ContactPoint.objects.select_related("customer").filter(kind="email", value=clean_address(address)).first()
    if point is None:
        return False
    customer = _today(point.customer)
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        SignInCode.objects.filter(address=point.value, used_at=None).update(used_at=now)
        SignInCode.objects.create(
            customer=customer,
            address=point.value,
            code_hash=digest_of(f"{point.value}:{code}"),
            made_at=now,
            until_at=now + CODE_LIVES,
        )
    mail_code(point.value, code=code, language=customer.language, now=now)
    return True


def redeem_code(address: str, *, code: str, now: datetime) -> str:
    """The secret of a sign-in for the right code. Raises `WrongCode`. Each try counts, whatever comes of it."""
    plain, typed = clean_address(address), "".join(sign for sign in code if sign.isdigit())
    found = SignInCode.objects.filter(address=plain, used_at=None, until_at__gt=now, tries__lt=MOST_TRIES).order_by("-id").first()
    if found is not None:
        counted = SignInCode.objects.filter(pk=found.pk, used_at=None, tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
        is_right = secrets.compare_digest(found.code_hash, digest_of(f"{plain}:{typed}"))
        if counted and is_right and SignInCode.objects.filter(pk=found.pk, used_at=None).update(used_at=now):
            return make_pass(found.customer, kind=PassKind.SIGN_IN, lives=SIGN_IN_LIVES, now=now)
    raise WrongCode(_("This code is wrong or too old. Check it, or ask for a new one."))


def _today(customer: Customer) -> Customer:
    while customer.merged_into is not None:
        customer = customer.merged_into
    return customer
