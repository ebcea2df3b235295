"""Carries letters of work orders to departments through the e-mail channel, said in the order's own case."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from lingting.service.channels.email.models import LetterKind
from lingting.service.channels.email.services import NoMailbox, Wording, mail_conversation, mailbox_of, send_automatically
from lingting.service.desk.services import start_conversation
from lingting.service.workorders.models import WorkOrder


@transaction.atomic
def carry_order(order: WorkOrder, link: str, now: datetime) -> bool:
    """Writes to the department's address: question and link; False where no mailbox sends for the queue.

    The letter stands in the child case: an answer by mail comes back there, never into the customer's.
    """
    talk = mail_conversation(order.case_id)
    try:
        mailbox = mailbox_of(order.case, conversation_id=talk.pk if talk else None)
    except NoMailbox:
        return False
    with override(mailbox.language):
        subject = _("Work order #%(number)s: %(subject)s") % {"number": order.case_id, "subject": order.subject}
        text = _("%(question)s\n\nAnswer here, without an account:\n%(link)s") % {"question": order.question, "link": link}
    letter = send_automatically(
        order.case_id, conversation_id=(talk or start_conversation(order.case_id, channel="mail", now=now)).pk,
        wording=Wording(to=[order.department.mail], subject=subject, text=text, quote="none"), mailbox=mailbox,
        kind=LetterKind.PROGRESS, client_key=uuid5(NAMESPACE_URL, f"lingting:work-order:{order.pk}:{link}"), now=now,
    )  # fmt: skip
    return letter is not None
