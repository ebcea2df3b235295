"""What staff said without the composer goes out all the same: macros, acts over many cases, complaints, the portal's talks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from lingting.service.channels.email.models import Letter, LetterFile, LetterKind, LetterState, Suppression
from lingting.service.channels.email.services.acknowledging import way_to_customer
from lingting.service.channels.email.services.letters import chain_of
from lingting.service.channels.email.services.linking import CASE_LINK
from lingting.service.channels.email.services.waking import Part, wake
from lingting.service.desk.models import Attachment, Message

MAILED = frozenset({"mail", "form"})
"""Channels whose customers do not see a message the moment it is said."""


@transaction.atomic
def carry_message(message_id: int, *, now: datetime) -> Letter | None:
    """Mails a message to its case's customer, once; None where mail does not reach them.

    The letter stands under the message itself. A talk of the portal gets the link to it, so that both ways lead on.
    """
    message = Message.objects.select_related("case__customer", "case__queue", "conversation", "author").get(pk=message_id)
    case, talk = message.case, message.conversation
    way = way_to_customer(case, conversation_id=talk.pk)
    if way is None or Letter.objects.filter(message=message).exists() or Suppression.objects.filter(address=way[0]).exists():
        return None
    address, mailbox = way
    text = message.text
    if talk.channel == "form":
        with override("zh-hans" if (case.customer.language or mailbox.language).lower().startswith("zh") else "en"):
            text += "\n\n" + _("Read and answer it here: %(link)s") % {"link": CASE_LINK}
    in_reply_to, references = chain_of(talk.pk)
    letter = Letter.objects.create(
        mailbox=mailbox, case=case, conversation=talk, message=message, author=message.author, kind=LetterKind.REPLY,
        client_key=uuid5(NAMESPACE_URL, f"lingting:message:{message.pk}"), identifier=f"lt.{uuid4().hex}@{mailbox.domain}",
        in_reply_to=in_reply_to, references=references, to=[address], text=text, quote="last", priority=mailbox.priority,
        state=LetterState.QUEUED, created_at=now, due_at=now,
    )  # fmt: skip
    files = Attachment.objects.filter(message=message).values_list("file_id", flat=True)
    LetterFile.objects.bulk_create(LetterFile(letter=letter, file_id=each) for each in files)
    wake(Part.SENDER)
    return letter


def add_to_last_word(case_id: int, *, line: Mapping[str, str]) -> bool:
    """Adds a line ("zh", "en") to the letter that closes a case and is just going out; False where none does, or its mailbox
    writes nothing at the end.

    The line is the letter's alone: the case keeps what was written.
    """
    letter = Letter.objects.select_related("case__customer", "mailbox").filter(case_id=case_id, closes=True, state=LetterState.HELD)
    found = letter.order_by("-id").first()
    if found is None or not found.mailbox.tells_end:
        return False
    language = found.case.customer.language or found.mailbox.language
    Letter.objects.filter(pk=found.pk).update(text=f"{found.text}\n\n{line['zh' if language.lower().startswith('zh') else 'en']}")
    return True
