"""What came back: the letter it was about, the address that cannot be reached, and who is told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lingting.kernel.notices.services import tell
from lingting.kernel.timeline.events import SYSTEM
from lingting.kernel.timeline.services import record
from lingting.service.channels.email.events import LetterMoved
from lingting.service.channels.email.models import Letter, Mail, Suppression
from lingting.service.channels.email.parsing.kinds import Failure, Nature
from lingting.service.channels.email.parsing.words import addresses
from lingting.service.channels.email.troubles import bounce_of
from lingting.service.desk.models import MessageKind
from lingting.service.desk.services import add_message

LONGEST_REASON = 300


def take_bounce(mail: Mail, *, nature: Nature, now: datetime) -> None:
    """Notes on our letter what came back, in its case; an address that is finally unreachable gets no more mail.

    In the caller's transaction. A bounce of something that is not ours is kept and says nothing.
    """
    letter = Letter.objects.select_related("author").filter(identifier__in=nature.our_ids).order_by("-id").first()
    if letter is None:
        return
    reached = {person.address for person in addresses([*letter.to, *letter.cc, *letter.bcc])}
    for failure in nature.failures or [Failure(next(iter(reached), ""), "", "", True)]:
        # Only who the letter was really sent to: nobody else can have an address struck off with a made-up bounce.
        if failure.address in reached:
            _note(letter, failure=failure, now=now)
    mail.conversation_id = letter.conversation_id
    mail.save(update_fields=["conversation"])


@transaction.atomic
def _note(letter: Letter, *, failure: Failure, now: datetime) -> None:
    words = " ".join(part for part in (failure.status, failure.words) if part)[:LONGEST_REASON]
    code = "mail_bounced" if failure.is_final else "mail_delayed"
    add_message(
        letter.conversation_id, kind=MessageKind.SYSTEM, text="", actor=SYSTEM, now=now,
        data={"code": code, "params": {"address": failure.address, "words": words}},
    )  # fmt: skip
    if not failure.is_final:
        return
    reason = bounce_of(words).stored()
    Suppression.objects.get_or_create(address=failure.address, defaults={"reason": reason, "letter": letter, "created_at": now})
    letter.bounced_at, letter.trouble = now, reason
    letter.save(update_fields=["bounced_at", "trouble"])
    record(LetterMoved(case_id=letter.case_id, letter_id=letter.pk, state="bounced", trouble=reason), actor=SYSTEM, now=now)
    if letter.author is not None:
        params = {"address": failure.address, "case": letter.case_id, "words": bounce_of(words[:120]).stored()}
        tell(letter.author, code="email.bounced", params=params, url=f"/desk/cases/{letter.case_id}/", now=now)


@transaction.atomic
def lift_suppression(address: str) -> bool:
    """Lets mail go to an address again; False if nothing stopped it."""
    return bool(Suppression.objects.filter(address=address).delete()[0])
