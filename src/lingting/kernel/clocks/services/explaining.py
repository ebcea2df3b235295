"""Why a promise was not kept, said by a person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.events import ClockExplained
from lingting.kernel.clocks.models import BreachReason, Clock
from lingting.kernel.clocks.services.telling import locked, tell
from lingting.platform.refusals import Conflict


class NotBreached(Conflict):
    """There is no breach to explain."""

    code = "not_breached"


@transaction.atomic
def explain_breach(clock_id: int, *, reason: BreachReason, note: str = "", account: Account, now: datetime) -> Clock:
    """Records the reason of a breach and who said it; saying it again replaces it. Raises `NotBreached`."""
    clock = locked(clock_id)
    if clock.breached_at is None:
        raise NotBreached(_("This promise was not broken, so there is nothing to explain."))
    note = note.strip()[:500]
    if (clock.breach_reason_id, clock.breach_note) == (reason.pk, note):
        return clock
    clock.breach_reason, clock.breach_note, clock.explained_at, clock.explained_by = reason, note, now, account
    clock.save(update_fields=["breach_reason", "breach_note", "explained_at", "explained_by"])
    tell(ClockExplained, clock, actor=account.as_actor, now=now, reason=reason.key, note=note)
    return clock
