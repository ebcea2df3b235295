"""A letter from pressing send to being on its way: held for a moment, taken back, released, sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.notices.services import tell
from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.services import record
from lingting.platform.database.inserting import insert_many
from lingting.platform.files.models import StoredFile
from lingting.platform.refusals import Conflict, Invalid, NotFound, Refusal
from lingting.service.channels.email.events import LetterHeld, LetterMoved, LetterWithdrawn
from lingting.service.channels.email.models import (
    Letter,
    LetterFile,
    LetterKind,
    LetterState,
    Mail,
    Mailbox,
    Suppression,
)
from lingting.service.channels.email.parsing.words import addresses
from lingting.service.channels.email.services.composing import pictures_in
from lingting.service.channels.email.services.drafting import draft_again
from lingting.service.channels.email.services.linking import without_link
from lingting.service.channels.email.services.waking import Part, wake
from lingting.service.channels.email.troubles import told, trouble_of
from lingting.service.desk.models import Case, Conversation, MessageKind
from lingting.service.desk.services import NewMessage, add_messages, answer_case, check_text, save_draft

UNDO_SECONDS = 10
MOST_RECIPIENTS = 50
LARGEST_LETTER = 20 * 1024 * 1024
LARGEST_PICTURE = 5 * 1024 * 1024
LONGEST_REFERENCES = 20
FURTHEST = timedelta(days=366)


class NoMailbox(Conflict):
    code = "no_mailbox"


class BadLetter(Invalid):
    code = "bad_letter"


class LetterIsGone(Conflict):
    """Too late: it is on its way."""

    code = "letter_is_gone"


class NoSuchLetter(NotFound):
    code = "no_such_letter"


@dataclass(frozen=True)
class Wording:
    """What a letter says and to whom. `due_at` None: after the undo time; `quote` is none, last or all."""

    to: Sequence[str]
    text: str
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    subject: str = ""
    signature: str = ""
    quote: str = "last"
    file_ids: Sequence[int] = field(default=())
    due_at: datetime | None = None
    closes: bool = False


@transaction.atomic
def write_letter(
    case_id: int,
    *,
    wording: Wording,
    mailbox: Mailbox,
    actor: Actor,
    client_key: UUID,
    now: datetime,
    kind: str = LetterKind.REPLY,
) -> Letter:
    """Takes a letter in; it goes after the undo time or at its moment. Once per `client_key`.

    Raises `BadLetter` (no or too many recipients, unreachable ones, too large, a moment in the past), `EmptyMessage`,
    `MessageTooLong`.
    """
    before = Letter.objects.filter(client_key=client_key).first()
    if before is not None:
        return before
    check_text(wording.text)
    to, cc, bcc = _recipients(wording)
    _check_size(wording)
    due_at = wording.due_at or now + timedelta(seconds=UNDO_SECONDS)
    if wording.due_at is not None and not now < due_at < now + FURTHEST:
        sentence = _("Choose a moment in the future, at most a year ahead.")
        raise BadLetter(sentence, fields={"due_at": [sentence]})
    letter = _new_letter(
        case_id, wording=wording, mailbox=mailbox, people=(to, cc, bcc), kind=kind, client_key=client_key, now=now,
        due_at=due_at, author_id=actor.id if actor.is_staff else None,
    )  # fmt: skip
    record(LetterHeld(case_id=case_id, letter_id=letter.pk), actor=actor, now=now)
    wake(Part.SENDER)
    return letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """A letter the centre writes by itself: what `send_automatically` takes."""

    case_id: int
    conversation_id: int
    wording: Wording
    mailbox: Mailbox
    kind: str
    client_key: UUID


def send_automatically(
    case_id: int, *, conversation_id: int, wording: Wording, mailbox: Mailbox, kind: str, client_key: UUID, now: datetime
) -> Letter | None:
    """A letter the centre writes by itself, said in the conversation and on its way at once; None if nobody may get it.

    Once per `client_key`. Unreachable addresses are left out.
    """
    one = Automatic(
        case_id=case_id, conversation_id=conversation_id, wording=wording, mailbox=mailbox, kind=kind, client_key=client_key
    )
    return next(iter(send_all_automatically([one], now=now)), None)


@transaction.atomic
def send_all_automatically(given: Sequence[Automatic], *, now: datetime) -> list[Letter]:
    """The same for many by a few statements; those that go, in their order."""
    known = set(Letter.objects.filter(client_key__in=[each.client_key for each in given]).values_list("client_key", flat=True))
    named = {address for each in given for address in each.wording.to}
    stopped = set(Suppression.objects.filter(address__in=named).values_list("address", flat=True))
    people = {each.client_key: [address for address in each.wording.to if address not in stopped] for each in given}
    going = [each for each in given if each.client_key not in known and people[each.client_key]]
    if not going:
        return []
    words = [
        NewMessage(
            each.conversation_id, MessageKind.BOT.value, without_link(each.wording.text), SYSTEM, each.client_key,
            data={"extra": "mail"},
        )
        for each in going
    ]  # fmt: skip
    added = add_messages(words, now=now)
    chains = chains_of([each.conversation_id for each in going])
    letters = []
    for each, outcome in zip(going, added, strict=True):
        if isinstance(outcome, Refusal):
            raise outcome
        letter = _letter(
            each.case_id, wording=each.wording, mailbox=each.mailbox, people=(people[each.client_key], [], []), kind=each.kind,
            client_key=each.client_key, now=now, due_at=now, author_id=None, conversation_id=each.conversation_id,
            chain=chains[each.conversation_id],
        )  # fmt: skip
        letter.state, letter.message_id = LetterState.QUEUED, outcome.id
        letters.append(letter)
    insert_many(letters)
    wake(Part.SENDER)
    return letters


@transaction.atomic
def withdraw_letter(letter_id: int, *, actor: Actor, now: datetime) -> Letter:
    """Takes a letter back before it goes; its text returns to its author's draft. Raises `LetterIsGone`."""
    letter = _locked(letter_id)
    if letter.state != LetterState.HELD:
        raise LetterIsGone(_("Too late: the letter is on its way."))
    letter.state = LetterState.WITHDRAWN
    letter.save(update_fields=["state"])
    if actor.id is not None and actor.is_staff:
        save_draft(letter.case_id, account_id=actor.id, mode="reply", text=letter.text, now=now)
        draft_again(letter, account_id=actor.id, now=now)
    record(LetterWithdrawn(case_id=letter.case_id, letter_id=letter.pk), actor=actor, now=now)
    return letter


@transaction.atomic
def send_now(letter_id: int, *, actor: Actor, now: datetime) -> None:
    """A held or scheduled letter goes at once. Raises `LetterIsGone`."""
    letter = _locked(letter_id)
    if letter.state != LetterState.HELD:
        raise LetterIsGone(_("This letter is not waiting any more."))
    letter.due_at = now
    letter.save(update_fields=["due_at"])
    wake(Part.SENDER)


@transaction.atomic
def send_again(letter_id: int, *, actor: Actor, now: datetime) -> None:
    """A letter that failed, or perhaps went, is tried once more under the same Message-ID. Raises `LetterIsGone`."""
    letter = _locked(letter_id)
    if letter.state not in (LetterState.FAILED, LetterState.UNSURE) or letter.message_id is None:
        raise LetterIsGone(_("This letter does not need to be sent again."))
    letter.state, letter.due_at, letter.attempts = LetterState.QUEUED, now, 0
    letter.trouble, letter.began_at, letter.claimed_by = "", None, None
    letter.save(update_fields=["state", "due_at", "attempts", "trouble", "began_at", "claimed_by"])
    record(LetterMoved(case_id=letter.case_id, letter_id=letter.pk, state="queued"), actor=actor, now=now)
    wake(Part.SENDER)


def release_due(*, now: datetime, most: int = 50) -> int:
    """Letters whose moment has come are said in their cases and join the queue; returns how many."""
    count = 0
    while count < most:
        with transaction.atomic():
            letter = (
                Letter.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("author")
                .filter(state=LetterState.HELD, due_at__lte=now).order_by("due_at", "id").first()
            )  # fmt: skip
            if letter is None:
                return count
            _release(letter, now=now)
            count += 1
    return count


def _release(letter: Letter, *, now: datetime) -> None:
    actor = letter.author.as_actor if letter.author else SYSTEM
    try:
        with transaction.atomic():
            added = answer_case(
                letter.case_id, text=letter.text, actor=actor, now=now, client_key=letter.client_key,
                attachment_ids=list(letter.files.values_list("file_id", flat=True)), closes=letter.closes,
                conversation_id=letter.conversation_id, data={"extra": "mail"},
            )  # fmt: skip
    except Refusal as refusal:
        letter.state, letter.trouble = LetterState.FAILED, trouble_of(refusal, host="", port=0).stored()
        letter.save(update_fields=["state", "trouble"])
        _tell_author(letter, now=now)
        record(
            LetterMoved(case_id=letter.case_id, letter_id=letter.pk, state="failed", trouble=letter.trouble), actor=actor, now=now
        )
        return
    letter.message_id, letter.state, letter.due_at = added.id, LetterState.QUEUED, now
    letter.save(update_fields=["message", "state", "due_at"])
    record(LetterMoved(case_id=letter.case_id, letter_id=letter.pk, state="queued"), actor=actor, now=now)


def _tell_author(letter: Letter, *, now: datetime) -> None:
    if letter.author is not None:
        params = {"case": letter.case_id, "words": letter.trouble}
        tell(letter.author, code="email.not_sent", params=params, url=f"/desk/cases/{letter.case_id}/", level="breach", now=now)


def mail_conversation(case_id: int) -> Conversation | None:
    """The case's latest exchange by mail."""
    return Conversation.objects.filter(case_id=case_id, channel="mail").order_by("-id").first()


def mailbox_of(case: Case, *, conversation_id: int | None) -> Mailbox:
    """The mailbox that answers for a case: the one it came in by, else its queue's, else any that sends. Raises `NoMailbox`."""
    found = None
    if conversation_id is not None:
        mail = Mail.objects.filter(conversation_id=conversation_id).order_by("-id").select_related("mailbox").first()
        letter = Letter.objects.filter(conversation_id=conversation_id).order_by("-id").select_related("mailbox").first()
        found = mail.mailbox if mail else letter.mailbox if letter else None
    sending = Mailbox.objects.filter(is_active=True).exclude(smtp_host="")
    found = found if found and found.is_active and found.smtp_host else None
    found = found or sending.filter(queue_id=case.queue_id).first() or sending.first()
    if found is None:
        raise NoMailbox(_("No mailbox can send letters yet. Ask an administrator to set one up under Settings, Mailboxes."))
    return found


def _new_letter(
    case_id: int, *, wording: Wording, mailbox: Mailbox, people: tuple[list[str], list[str], list[str]], kind: str,
    client_key: UUID, now: datetime, due_at: datetime, author_id: int | None,
) -> Letter:  # fmt: skip
    talk_id = _conversation_id(case_id, now=now)
    letter = _letter(
        case_id, wording=wording, mailbox=mailbox, people=people, kind=kind, client_key=client_key, now=now, due_at=due_at,
        author_id=author_id, conversation_id=talk_id, chain=chain_of(talk_id),
    )  # fmt: skip
    letter.save(force_insert=True)
    LetterFile.objects.bulk_create(LetterFile(letter=letter, file_id=each) for each in dict.fromkeys(wording.file_ids))
    return letter


def _letter(
    case_id: int, *, wording: Wording, mailbox: Mailbox, people: tuple[list[str], list[str], list[str]], kind: str,
    client_key: UUID, now: datetime, due_at: datetime, author_id: int | None, conversation_id: int,
    chain: tuple[str, list[str]],
) -> Letter:  # fmt: skip
    return Letter(
        mailbox=mailbox, case_id=case_id, conversation_id=conversation_id, author_id=author_id, kind=kind, client_key=client_key,
        identifier=f"lt.{uuid4().hex}@{mailbox.domain}", in_reply_to=chain[0], references=chain[1],
        to=people[0], cc=people[1], bcc=people[2], subject=" ".join(wording.subject.split())[:500], text=check_text(wording.text),
        signature=wording.signature, quote=wording.quote, closes=wording.closes, priority=mailbox.priority,
        created_at=now, due_at=due_at,
    )  # fmt: skip


def _conversation_id(case_id: int, *, now: datetime) -> int:
    talk = mail_conversation(case_id)
    if talk is not None:
        return talk.pk
    return Conversation.objects.create(case_id=case_id, channel="mail", started_at=now).pk


def chain_of(conversation_id: int) -> tuple[str, list[str]]:
    """What a new letter answers, and the whole exchange's Message-IDs, oldest first."""
    return chains_of([conversation_id])[conversation_id]


def chains_of(conversation_ids: Sequence[int]) -> dict[int, tuple[str, list[str]]]:
    """The same for many exchanges: two queries."""
    mails = Mail.objects.filter(conversation_id__in=conversation_ids, message__isnull=False).exclude(identifier="")
    letters = Letter.objects.filter(conversation_id__in=conversation_ids, message__isnull=False)
    said: dict[int, list[tuple[int, str, bool]]] = {talk_id: [] for talk_id in conversation_ids}
    for rows, is_theirs in ((mails, True), (letters, False)):
        for talk_id, message_id, identifier in rows.values_list("conversation_id", "message_id", "identifier"):
            said[talk_id].append((message_id, identifier, is_theirs))
    return {talk_id: _chain(sorted(each)) for talk_id, each in said.items()}


def _chain(said: Sequence[tuple[int, str, bool]]) -> tuple[str, list[str]]:
    chain = [identifier for _message, identifier, _theirs in said]
    theirs = [identifier for _message, identifier, is_theirs in said if is_theirs]
    return (theirs or chain or [""])[-1], chain[:1] + chain[1:][-LONGEST_REFERENCES:]


def _recipients(wording: Wording) -> tuple[list[str], list[str], list[str]]:
    lists = []
    seen: set[str] = set()
    for given in (wording.to, wording.cc, wording.bcc):
        people = [person for person in addresses(list(given)) if person.address not in seen]
        seen |= {person.address for person in people}
        lists.append([str(person) for person in people])
    if not lists[0]:
        sentence = _("Name at least one person to write to.")
        raise BadLetter(sentence, fields={"to": [sentence]})
    if len(seen) > MOST_RECIPIENTS:
        sentence = _("A letter goes to at most %(count)s people.") % {"count": MOST_RECIPIENTS}
        raise BadLetter(sentence, fields={"to": [sentence]})
    stopped = Suppression.objects.filter(address__in=seen).first()
    if stopped is not None:
        sentence = _(
            "%(address)s cannot be reached: %(reason)s. Lift the stop under Settings, Unreachable addresses, or leave it out."
        )
        raise BadLetter(sentence % {"address": stopped.address, "reason": told(stopped.reason)}, fields={"to": [stopped.address]})
    return lists[0], lists[1], lists[2]


def _check_size(wording: Wording) -> None:
    files = list(StoredFile.objects.filter(pk__in=wording.file_ids).order_by("id"))
    if sum(file.size for file in files) > LARGEST_LETTER:
        sentence = _("The files are larger than %(most)d MB together. Send some of them in another letter.")
        raise BadLetter(sentence % {"most": LARGEST_LETTER // 1024 // 1024})
    for mark, file in pictures_in(wording.text, files=files).items():
        if file.size > LARGEST_PICTURE:
            sentence = _("The picture %(name)s is larger than %(most)d MB: too large to stand in the text. Send it as a file.")
            raise BadLetter(sentence % {"name": mark, "most": LARGEST_PICTURE // 1024 // 1024})


def _locked(letter_id: int) -> Letter:
    letter = Letter.objects.select_for_update(no_key=True).filter(pk=letter_id).first()
    if letter is None:
        raise NoSuchLetter(_("This letter is not here."))
    return letter
