"""The browsers in which a person is signed in."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session

from lingting.kernel.accounts.models import Account, SignedIn


def begin_session(account: Account, *, session_key: str, address: str | None, device: str, now: datetime) -> None:
    """Remembers a sign-in, and clears this person's rows whose session has ended."""
    SignedIn.objects.update_or_create(
        session_key=session_key,
        defaults={"account": account, "address": address or None, "device": device[:200], "started_at": now},
    )
    living = Session.objects.filter(expire_date__gt=now).values("session_key")
    SignedIn.objects.filter(account=account).exclude(session_key__in=living).delete()


def end_session(account: Account, *, signed_in_id: int) -> None:
    """Signs one of a person's browsers out; not there any more is fine."""
    row = SignedIn.objects.filter(account=account, pk=signed_in_id).first()
    if row is not None:
        _end([row.session_key])


def end_other_sessions(account: Account, *, keep: str) -> int:
    """Signs all of a person's browsers out but the one whose session is `keep`; returns how many."""
    keys = list(SignedIn.objects.filter(account=account).exclude(session_key=keep).values_list("session_key", flat=True))
    _end(keys)
    return len(keys)


def _end(keys: list[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
    SignedIn.objects.filter(session_key__in=keys).delete()
