"""Mail that could not become a message: kept with its reason, looked at, repaired, tried again or thrown away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, NotFound
from lingting.service.channels.email.events import MailQuarantined
from lingting.service.channels.email.models import RawMail, RawState
from lingting.service.channels.email.services.waking import Part, wake

REASONS = {
    "no_sender": gettext_lazy("It does not say who sent it."),
    "too_many_address": gettext_lazy("This address sent too many mails within an hour; it may be a loop."),
    "too_many_case": gettext_lazy("Too many mails came to this case within an hour; it may be a loop."),
    "kills": gettext_lazy("Reading it ended the program more than once."),
    "error": gettext_lazy("The program failed while reading it."),
    "refused": gettext_lazy("The case did not take it."),
}


class NoSuchMail(NotFound):
    code = "no_such_mail"


class NotInQuarantine(Conflict):
    code = "not_in_quarantine"


def hold(raw_id: int, *, reason: str, detail: str, actor: Actor, now: datetime) -> None:
    """Takes a mail out of the line, in the caller's transaction; the others go on."""
    RawMail.objects.filter(pk=raw_id).update(
        state=RawState.QUARANTINED, reason=reason, detail=detail.replace("\x00", "")[:4000], claimed_by=None, done_at=now
    )
    mailbox_id = RawMail.objects.values_list("mailbox_id", flat=True).get(pk=raw_id)
    record(MailQuarantined(raw_id=raw_id, mailbox_id=mailbox_id, reason=reason), actor=actor, now=now)


@transaction.atomic
def release(raw_id: int, *, repaired: bytes | None, actor: Actor, now: datetime) -> None:
    """Puts a held mail back into the line, with the bytes a person made of it or as it came. Raises `NotInQuarantine`.

    What a person released is not held again for coming too often. The original bytes stay as they were.
    """
    raw = _held(raw_id)
    raw.state, raw.attempts, raw.deaths, raw.claimed_by, raw.not_before_at = RawState.WAITING, 0, 0, None, None
    raw.detail, raw.reason = "", "released"
    if repaired is not None:
        raw.repaired = repaired
    raw.save(update_fields=["state", "attempts", "deaths", "claimed_by", "not_before_at", "detail", "reason", "repaired"])
    wake(Part.READER)


@transaction.atomic
def throw_away(raw_id: int, *, actor: Actor, now: datetime) -> None:
    """Nobody needs it: it leaves the list; its bytes stay. Raises `NotInQuarantine`."""
    raw = _held(raw_id)
    raw.state, raw.done_at = RawState.DISCARDED, now
    raw.save(update_fields=["state", "done_at"])


def reason_words(reason: str) -> str:
    """Why a mail is held, in the reader's language."""
    return str(REASONS.get(reason, reason))


def _held(raw_id: int) -> RawMail:
    raw = RawMail.objects.select_for_update().defer("content").filter(pk=raw_id).first()
    if raw is None:
        raise NoSuchMail(_("This mail is not here."))
    if raw.state != RawState.QUARANTINED:
        raise NotInQuarantine(_("This mail is not in quarantine any more. Load the page again."))
    return raw
