"""Reads of e-mail: lists for settings, what stands with a message, who gets a letter and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.service.channels.email.models import (
    Letter,
    LetterDraft,
    LetterState,
    Mail,
    Mailbox,
    RawMail,
    RawState,
    Suppression,
    TeamSignature,
)
from lingting.service.channels.email.parsing.words import Address, addresses
from lingting.service.channels.email.troubles import told
from lingting.service.crm.models import ContactPoint
from lingting.service.desk.models import Case, Draft

WAITING = (LetterState.HELD, LetterState.QUEUED, LetterState.SENDING)
TROUBLED = (LetterState.FAILED, LetterState.UNSURE)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who will get a letter: the kind of field, why they are there, and what to think about first."""

    person: Address
    field: str
    reason: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class ColleagueDraft:
    """A letter that a colleague has begun: the text, and the fields where they were touched."""

    name: str
    updated_at: datetime
    text: str
    head: LetterDraft | None

    @property
    def people(self) -> str:
        """All who would get it, as they were typed."""
        return ", ".join(each for each in (self.head.to, self.head.cc, self.head.bcc) if each) if self.head else ""

    @property
    def fields(self) -> str:
        """The fields as JSON, for the script that takes them over; empty where none was touched."""
        if self.head is None:
            return ""
        values = {name: getattr(self.head, name) for name in ("to", "cc", "bcc", "subject", "quote")}
        return json.dumps(values | ({"mailbox": self.head.mailbox_id} if self.head.mailbox_id else {}), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """To whom an answer goes unless somebody changes it."""

    to: list[str]
    cc: list[str]


def mailboxes() -> QuerySet[Mailbox]:
    """All mailboxes with what waits in and out."""
    return (
        Mailbox.objects.select_related("queue")
        .annotate(
            held_count=Count("raw", filter=Q(raw__state=RawState.QUARANTINED), distinct=True),
            waiting_count=Count("letters", filter=Q(letters__state__in=WAITING), distinct=True),
        )
        .order_by("address")
    )


def held_mails() -> QuerySet[RawMail]:
    return RawMail.objects.filter(state=RawState.QUARANTINED).select_related("mailbox").defer("content", "repaired")


def mails_put_aside() -> QuerySet[Mail]:
    """Automatic answers to nothing of ours, bounces and loops: kept, told to nobody."""
    return (
        Mail.objects.filter(message=None)
        .select_related("mailbox", "raw")
        .defer("html", "quoted", "raw__content", "raw__repaired")
    )


def letters(*, show: str) -> QuerySet[Letter]:
    """The outbox: waiting, in trouble, or sent."""
    states = {"trouble": TROUBLED, "sent": (LetterState.SENT, LetterState.WITHDRAWN)}.get(show, WAITING)
    return Letter.objects.filter(state__in=states).select_related("mailbox", "author")


def letter_counts() -> dict[str, int]:
    found = Letter.objects.aggregate(
        waiting=Count("id", filter=Q(state__in=WAITING)), trouble=Count("id", filter=Q(state__in=TROUBLED))
    )
    return dict(found)


def suppressions() -> QuerySet[Suppression]:
    return Suppression.objects.select_related("letter")


def mails_of_messages(case_id: int) -> dict[int, Mail]:
    """What stands with the incoming messages of a case: message id to mail."""
    rows = (
        Mail.objects.filter(message__case_id=case_id)
        .select_related("raw", "mailbox")
        .defer("html", "raw__content", "raw__repaired")
    )
    return {int(mail.message_id or 0): mail for mail in rows}


def mails_with_html(case_id: int) -> set[int]:
    """Messages of a case that came with HTML."""
    rows = Mail.objects.filter(message__case_id=case_id).exclude(html="")
    return {int(each) for each in rows.values_list("message_id", flat=True)}


def letters_of_messages(case_id: int) -> dict[int, Letter]:
    rows = Letter.objects.filter(case_id=case_id, message__isnull=False)
    return {int(letter.message_id or 0): letter for letter in rows}


def held_letters(case_id: int) -> list[Letter]:
    """Letters of a case that can still be taken back, and those that never became a message."""
    rows = Letter.objects.filter(case_id=case_id).filter(Q(state=LetterState.HELD) | Q(state=LetterState.FAILED, message=None))
    return list(rows.select_related("author").order_by("due_at", "id"))


def drafts_of_others(case_id: int, *, account_id: int) -> list[ColleagueDraft]:
    """What colleagues are writing in a case, text and recipients; the latest three."""
    texts = {
        draft.account_id: draft
        for draft in Draft.objects.filter(case_id=case_id, mode="reply").exclude(account_id=account_id).select_related("account")
    }
    heads = {
        draft.account_id: draft
        for draft in LetterDraft.objects.filter(case_id=case_id).exclude(account_id=account_id).select_related("account")
    }
    found = []
    for key in {*texts, *heads}:
        text, head = texts.get(key), heads.get(key)
        moment = max(each.updated_at for each in (text, head) if each)
        named = (text or head).account.display_name  # type: ignore[union-attr]
        found.append(ColleagueDraft(named, moment, text.text if text else "", head))
    return sorted(found, key=lambda draft: draft.updated_at, reverse=True)[:3]


def suggested(case: Case, *, conversation_id: int | None) -> Suggestion:
    """An answer goes to whoever wrote last, and to everybody who was in copy then; never to ourselves."""
    mail = (
        Mail.objects.filter(conversation_id=conversation_id, message__isnull=False, kind="letter").order_by("-id").first()
        if conversation_id
        else None
    )
    own = own_addresses()
    if mail is None:
        points = ContactPoint.objects.filter(customer_id=case.customer_id, kind="email").order_by("-is_preferred", "id")
        value = points.values_list("value", flat=True).first()
        return Suggestion([str(Address(case.customer.name, value))] if value else [], [])
    writer = Address(mail.from_name, mail.reply_to or mail.from_address)
    others = [person for person in addresses([*mail.to, *mail.cc]) if _plain(person.address) not in own]
    return Suggestion([str(writer)], [str(person) for person in others if person.address != writer.address])


def who_gets(case: Case, *, conversation_id: int | None, fields: dict[str, list[str]]) -> list[Recipient]:
    """Everybody a letter would reach, why, and what is unusual about it."""
    known = _known(conversation_id)
    points = set(ContactPoint.objects.filter(customer_id=case.customer_id, kind="email").values_list("value", flat=True))
    own = own_addresses()
    domains = {address.rpartition("@")[2] for address in own}
    named = {name: addresses(given) for name, given in fields.items()}
    everyone = [person.address for people in named.values() for person in people]
    staff = set(Account.objects.filter(email__in=everyone, is_active=True).values_list("email", flat=True)) if everyone else set()
    stopped = dict(Suppression.objects.filter(address__in=everyone).values_list("address", "reason"))
    found = []
    for name, people in named.items():
        for person in people:
            reason = _reason(person.address, known=known, points=points)
            is_ours = _plain(person.address) in own or person.address in staff or person.address.rpartition("@")[2] in domains
            warning = _warning(person.address, is_ours=is_ours, is_new=not reason, stopped=stopped, field=name)
            found.append(Recipient(person, name, reason or _("added by you"), warning))
    return found


def own_addresses() -> set[str]:
    return set(Mailbox.objects.values_list("address", flat=True))


def signature_for(account: Account, *, language: str) -> str:
    """What the person's team writes under its letters, in a language."""
    employee = getattr(account, "employee", None)
    team_id = getattr(employee, "team_id", None)
    signature = TeamSignature.objects.filter(pk=team_id).first() if team_id else None
    if signature is None:
        return ""
    both = [signature.text_zh, signature.text_en]
    if not language.lower().startswith("zh"):
        both.reverse()
    return (both[0] or both[1]).replace("{{agent.name}}", account.display_name)


def troubles(*, now: datetime) -> list[dict[str, Any]]:
    """Mailboxes in use that cannot fetch or send, for the doctor and the list's head."""
    rows = Mailbox.objects.filter(is_active=True).exclude(trouble="", send_trouble="")
    return [{"address": box.address, "trouble": told(box.trouble or box.send_trouble)} for box in rows]


def _known(conversation_id: int | None) -> dict[str, str]:
    """Addresses that took part so far, and how."""
    found: dict[str, str] = {}
    if conversation_id is None:
        return found
    for letter in Letter.objects.filter(conversation_id=conversation_id, message__isnull=False).only("to", "cc", "bcc"):
        for person in addresses([*letter.to, *letter.cc, *letter.bcc]):
            found[person.address] = _("got an earlier letter of ours")
    for mail in Mail.objects.filter(conversation_id=conversation_id, message__isnull=False).only(
        "from_address", "to", "cc", "reply_to"
    ):
        for person in addresses([*mail.to, *mail.cc]):
            found[person.address] = _("was addressed by the customer")
        for address in (mail.reply_to, mail.from_address):
            if address:
                found[address] = _("wrote in this exchange")
    return found


def _reason(address: str, *, known: dict[str, str], points: set[str]) -> str:
    return known.get(address) or (_("the customer's own address") if address in points else "")


def _warning(address: str, *, is_ours: bool, is_new: bool, stopped: dict[str, str], field: str) -> str:
    if address in stopped:
        return _("Cannot be reached: %(reason)s") % {"reason": told(stopped[address])}
    if is_ours:
        return _("Our own side: the whole history goes with it")
    if is_new:
        return _("Was not in this exchange until now") if field != "bcc" else _("New, and unseen by the others")
    return ""


def _plain(address: str) -> str:
    local, at, domain = address.partition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
