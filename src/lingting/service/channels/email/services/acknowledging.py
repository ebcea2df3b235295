"""What the centre writes by itself: that a letter has come, under which number, and when it will be answered; progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import override

from lingting.service.channels.email.models import Letter, LetterKind, Mail, Mailbox, MailKind
from lingting.service.channels.email.parsing.kinds import is_nobody
from lingting.service.channels.email.services.caps import often_answered
from lingting.service.channels.email.services.incoming import Incoming
from lingting.service.channels.email.services.letters import (
    Automatic,
    NoMailbox,
    Wording,
    mail_conversation,
    mailbox_of,
    send_all_automatically,
    send_automatically,
)
from lingting.service.channels.email.services.linking import CASE_LINK
from lingting.service.channels.email.services.moments import written_moment
from lingting.service.crm.models import ContactPoint
from lingting.service.desk.models import Case
from lingting.service.desk.services import filled, filled_lines, start_conversation

ACK_SUBJECT = {"zh": "已收到：{{case.subject}}", "en": "We have your message: {{case.subject}}"}
ACK_TEXT = {
    "zh": "{{customer.name}}，您好：\n\n您的来信我们已经收到，受理编号为 #{{case.number}}。\n我们会在 {{case.promise}} 之前答复您。\n\n"
    "进度随时可查，也可以在那里补充：{{case.link}}\n如需补充，直接回复本邮件也可以。",
    "en": "Dear {{customer.name}},\n\nThank you for your message. Its number is #{{case.number}}.\nYou will have our answer by "
    "{{case.promise}}.\n\nFollow it and add to it here: {{case.link}}\nOr just reply to this message.",
}


def acknowledge_all(incoming: Sequence[Incoming], *, now: datetime) -> list[Letter]:
    """Tells the writers of new cases that their letters have come, where the mailbox does that.

    Never to machines, never often, never twice for a case. In the caller's transaction.
    """
    wanted = [each for each in incoming if _is_acknowledged(each)]
    addresses = [each.writer.address for each in wanted if each.writer]
    if not wanted:
        return []
    stopped = often_answered(addresses, now=now) | set(
        Mailbox.objects.filter(address__in=addresses).values_list("address", flat=True)
    )
    cases = Case.objects.select_related("customer", "queue").in_bulk([each.case_id for each in wanted])
    letters = [_acknowledgement(each, case=cases[each.case_id]) for each in wanted if each.writer and each.writer.address not in stopped]
    return send_all_automatically(letters, now=now)


def _is_acknowledged(incoming: Incoming) -> bool:
    mailbox, writer = incoming.arrival.mailbox, incoming.writer
    is_answered = incoming.is_new and incoming.kind == MailKind.LETTER and incoming.mail.nature.may_answer
    return bool(is_answered and mailbox.acknowledges and mailbox.smtp_host and writer and not is_nobody(writer.address))


def _acknowledgement(incoming: Incoming, *, case: Case) -> Automatic:
    mailbox = incoming.arrival.mailbox
    key = "zh" if (case.customer.language or mailbox.language).lower().startswith("zh") else "en"
    subject = getattr(mailbox, f"ack_subject_{key}") or ACK_SUBJECT[key]
    text = getattr(mailbox, f"ack_text_{key}") or ACK_TEXT[key]
    values = case_values(case, language=key)
    address = incoming.writer.address if incoming.writer else ""
    wording = Wording(
        to=[address], subject=filled(subject, values=values), text=filled_lines(text, values=values), quote="none"
    )
    return Automatic(
        case_id=case.pk, conversation_id=incoming.conversation_id, wording=wording, mailbox=mailbox,
        kind=LetterKind.ACKNOWLEDGEMENT, client_key=uuid5(NAMESPACE_URL, f"lingting:acknowledgement:{case.pk}"),
    )  # fmt: skip


def send_progress(
    case_id: int,
    *,
    subject: Mapping[str, str],
    text: Mapping[str, str],
    client_key: UUID,
    now: datetime,
    values: Mapping[str, str] | None = None,
    is_last: bool = False,
) -> Letter | None:
    """Tells a case's customer by mail how it goes; for other apps' steps, once per `client_key`.

    The mailbox says whether it writes so at all: on the way, and (`is_last`) when it is done.

    `subject` and `text` map "zh" and "en" to texts with the variables of canned replies, `{{case.promise}}` and those of
    `values`; a line with a variable that has no value is left out. None when the customer has no reachable address or no
    mailbox can send. In the caller's transaction.
    """
    case = Case.objects.select_related("customer", "queue").get(pk=case_id)
    talk = mail_conversation(case_id)
    way = way_to_customer(case, conversation_id=talk.pk if talk else None)
    if way is None:
        return None
    address, mailbox = way
    if not (mailbox.tells_end if is_last else mailbox.tells_progress):
        return None
    key = "zh" if (case.customer.language or mailbox.language).lower().startswith("zh") else "en"
    known = case_values(case, language=key) | dict(values or {})
    wording = Wording(
        to=[address], subject=filled(subject.get(key) or subject["zh"], values=known),
        text=filled_lines(text.get(key) or text["zh"], values=known), quote="none",
    )  # fmt: skip
    return send_automatically(
        case_id, conversation_id=(talk or start_conversation(case_id, channel="mail", now=now)).pk, wording=wording,
        mailbox=mailbox, kind=LetterKind.PROGRESS, client_key=client_key, now=now,
    )  # fmt: skip


def case_values(case: Case, *, language: str) -> dict[str, str]:
    """What the variables of an automatic letter stand for."""
    with override("zh-hans" if language == "zh" else "en"):
        due = written_moment(case.due_at) if case.due_at else ""
        name = case.customer.name or ("客户" if language == "zh" else "customer")
        return {
            "customer.name": name, "case.number": str(case.pk), "case.subject": case.subject or f"#{case.pk}",
            "case.promise": due, "queue.name": case.queue.name,
        } | ({} if case.parent_id else {"case.link": CASE_LINK})  # fmt: skip


def way_to_customer(case: Case, *, conversation_id: int | None) -> tuple[str, Mailbox] | None:
    """The address at which a case's customer is reached and the mailbox that writes; None where mail does not reach them.

    Invented customers get real letters only from invented mailboxes; a work order's own case has no customer to write to.
    """
    address = "" if case.parent_id else _address_of(case)
    if not address or is_nobody(address):
        return None
    try:
        mailbox = mailbox_of(case, conversation_id=conversation_id)
    except NoMailbox:
        return None
    return None if case.is_demo and not mailbox.is_demo else (address, mailbox)


def _address_of(case: Case) -> str:
    """Where the customer wrote from in this case, else the preferred address of their file."""
    mail = Mail.objects.filter(conversation__case=case, message__isnull=False, kind="letter").order_by("-id").first()
    if mail is not None:
        return mail.from_address
    points = ContactPoint.objects.filter(customer_id=case.customer_id, kind="email").order_by("-is_preferred", "id")
    return points.values_list("value", flat=True).first() or ""
