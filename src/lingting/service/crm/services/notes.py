"""Notes on customers: what colleagues should know, by whom and since when."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Invalid, NotPermitted
from lingting.service.crm.events import CustomerNoted
from lingting.service.crm.models import Customer, CustomerNote

LONGEST_NOTE = 4000


class BadNote(Invalid):
    """A note needs words, and not too many."""

    code = "bad_note"


class ForeignNote(NotPermitted):
    """Only whoever wrote a note takes it back."""

    code = "foreign_note"


@transaction.atomic
def add_customer_note(customer_id: int, *, text: str, actor: Actor, now: datetime) -> CustomerNote:
    """Writes a note on a customer. Raises `BadNote`; the actor is a member of staff."""
    clean = text.replace("\x00", "").strip()
    if not clean:
        raise BadNote(_("Write the note first."), fields={"text": [_("Write the note first.")]})
    if len(clean) > LONGEST_NOTE:
        raise BadNote(_("Shorten this to at most %(count)s characters.") % {"count": LONGEST_NOTE})
    note = CustomerNote.objects.create(customer_id=customer_id, author_id=int(actor.id or 0), text=clean, created_at=now)
    Customer.objects.filter(pk=customer_id).update(updated_at=now)
    record(CustomerNoted(customer_id=customer_id, note_id=note.pk), actor=actor, now=now)
    return note


@transaction.atomic
def delete_customer_note(note_id: int, *, actor: Actor, may_delete_any: bool, now: datetime) -> None:
    """Takes a note back: one's own, or any with the permission to. Raises `ForeignNote`."""
    note = CustomerNote.objects.select_for_update().filter(pk=note_id).first()
    if note is None:
        return
    if note.author_id != actor.id and not may_delete_any:
        raise ForeignNote(_("Only %(name)s can take this note back.") % {"name": note.author})
    record(CustomerNoted(customer_id=note.customer_id, note_id=note.pk), actor=actor, now=now)
    note.delete()
