"""Recognising a person by name and password, slowly for whoever guesses.

An attempt is written down as failed before the password is looked at, under a lock on the name and the address:
a hundred guesses at the same moment count as a hundred. Each failure beyond the free ones doubles the wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lingting.kernel.accounts.models import Account, SignInAttempt
from lingting.platform.refusals import NotPermitted, Refusal
from lingting.platform.rest.addresses import neighbourhood

WINDOW = timedelta(hours=1)
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 15 * 60
FREE_BY_NAME = 4
FREE_BY_ADDRESS = 20


class TooManyAttempts(Refusal):
    """Wait first; `details["wait_seconds"]` says how long."""

    code = "too_many_attempts"
    status = 429


class NotRecognised(Refusal):
    """The name or the password is wrong; which of them is not told."""

    code = "not_recognised"
    status = 422


class DemoElsewhere(NotPermitted):
    """A demo account was used from another computer."""

    code = "demo_elsewhere"


@dataclass(frozen=True)
class _Count:
    failures: int
    last_at: datetime | None


def recognise(
    login: str, *, password: str, address: str | None, is_local: bool, request: HttpRequest | None, now: datetime
) -> Account:
    """The account behind a name and a password. An unknown name costs as much time as a known one.

    Raises `TooManyAttempts`, `NotRecognised`, `DemoElsewhere`.
    """
    login = login.strip().lower()[:64]
    attempt = _open_attempt(login, address=neighbourhood(address).split("/")[0] if address else None, now=now)
    account = authenticate(request, username=login, password=password)
    if not isinstance(account, Account):
        raise NotRecognised(_("The sign-in name or the password is not right. Check both and try again."))
    if account.is_demo and not is_local:
        raise DemoElsewhere(
            _("Demo accounts work only on the computer that Lingting runs on. Ask an administrator for an account of your own.")
        )
    attempt.succeeded = True
    attempt.save(update_fields=["succeeded"])
    return account


def wait_seconds(failures: int, *, free: int) -> int:
    """How long to wait after so many failures: nothing for the free ones, then 15, 30, 60 … at most 900 seconds."""
    if failures < free:
        return 0
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(failures - free, 10))


@transaction.atomic
def _open_attempt(login: str, *, address: str | None, now: datetime) -> SignInAttempt:
    _lock([f"login:{login}", f"address:{address}"])
    waits = [_left(_failures_of_name(login, now=now), free=FREE_BY_NAME, now=now)]
    if address:
        waits.append(_left(_failures_of_address(address, now=now), free=FREE_BY_ADDRESS, now=now))
    left = max(waits)
    if left > 0:
        raise TooManyAttempts(_wait_sentence(left), wait_seconds=left)
    return SignInAttempt.objects.create(login=login, address=address, at=now, succeeded=False)


def _failures_of_name(login: str, *, now: datetime) -> _Count:
    """Failures since the last success, within the window."""
    rows = (
        SignInAttempt.objects.filter(login=login, at__gt=now - WINDOW).order_by("-at", "-id").values_list("succeeded", "at")[:32]
    )
    failed = []
    for succeeded, at in rows:
        if succeeded:
            break
        failed.append(at)
    return _Count(len(failed), failed[0] if failed else None)


def _failures_of_address(address: str, *, now: datetime) -> _Count:
    """All failures within the window: a success of one person does not excuse guesses at others."""
    rows = SignInAttempt.objects.filter(address=address, at__gt=now - WINDOW, succeeded=False)
    failed = list(rows.order_by("-at").values_list("at", flat=True)[:64])
    return _Count(len(failed), failed[0] if failed else None)


def _left(count: _Count, *, free: int, now: datetime) -> int:
    if count.last_at is None:
        return 0
    return wait_seconds(count.failures, free=free) - int((now - count.last_at).total_seconds())


def _lock(names: list[str]) -> None:
    """Transaction locks on the names, always in one order."""
    numbers = sorted(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True) for name in names)
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _wait_sentence(seconds: int) -> str:
    if seconds < 90:
        return ngettext(
            "Too many wrong tries. Wait %(count)s second, then try again.",
            "Too many wrong tries. Wait %(count)s seconds, then try again.", seconds,
        ) % {"count": seconds}  # fmt: skip
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many wrong tries. Wait %(count)s minute, then try again.",
        "Too many wrong tries. Wait %(count)s minutes, then try again.", minutes,
    ) % {"count": minutes}  # fmt: skip
