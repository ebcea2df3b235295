"""Saying something: the hot path of the house, for one message and for many at once.

Three statements in one transaction, however many messages: lock the cases, write the messages with their search
vectors and the cases' rows, record the facts. The case's lock makes message ids of one case grow in the order of
their commits, so "everything after id n" never misses one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.events import Actor, Fact, Happening
from lingting.kernel.timeline.services import record_many
from lingting.platform.files.models import StoredFile
from lingting.platform.realtime import notify
from lingting.platform.refusals import Refusal
from lingting.platform.search import vector
from lingting.service.desk.events import CaseReopened, CaseWoken, MessageAdded
from lingting.service.desk.models import LIVE_CHANNELS, Attachment, CaseState, MessageKind
from lingting.service.desk.services import message_rows
from lingting.service.desk.services.message_rows import Stored, Target
from lingting.service.desk.services.promises import answer_due_at
from lingting.service.desk.services.refusals import (
    ConversationIsBusy,
    ConversationIsOver,
    ConversationNotFound,
    EmptyMessage,
    MessageTooLong,
    case_is_closed,
)

LONGEST_TEXT = 20_000
PREVIEW_LENGTH = 140


@dataclass(frozen=True, slots=True)
class NewMessage:
    """Something to be said, as `add_message` takes it. `said_at` may lie before now (a letter that waited in the mailbox)."""

    conversation_id: int
    kind: str
    text: str
    actor: Actor
    client_key: UUID | None = None
    attachment_ids: Sequence[int] = ()
    data: dict[str, Any] | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AddedMessage:
    """A message as it was stored. `is_repeat`: this client key had been stored before, nothing was added."""

    id: int
    case_id: int
    conversation_id: int
    kind: str
    created_at: datetime
    is_repeat: bool


def add_message(
    conversation_id: int,
    *,
    kind: str,
    text: str,
    actor: Actor,
    now: datetime,
    client_key: UUID | None = None,
    attachment_ids: Sequence[int] = (),
    data: dict[str, Any] | None = None,
) -> AddedMessage:
    """Adds what somebody said and brings its case up to date; exactly once per `client_key`.

    `kind` is a `MessageKind`; `attachment_ids` are stored files; a system line has a code in `data` and may
    have no text. A customer's words reopen or wake the case. A staff actor is the author.
    Raises `EmptyMessage`, `MessageTooLong`, `ConversationNotFound`, `ConversationIsOver` (customer, after
    the end) and `CaseIsClosed` (agent). Locks the case.
    """
    item = NewMessage(conversation_id, str(kind), text, actor, client_key, attachment_ids, data)
    [outcome] = add_messages([item], now=now)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


@transaction.atomic
def add_messages(
    items: Sequence[NewMessage], *, now: datetime, waits: bool = True, opened: Mapping[int, Target] | None = None
) -> list[AddedMessage | Refusal]:
    """The same for many in one transaction: for each, in order, the stored message or why it was refused.

    A refused one leaves no trace and does not hinder the others. Without `waits`, conversations whose case somebody
    else has in hand are refused with `ConversationIsBusy` (and so are unknown ones): nobody waits for a stranger's lock.
    Locks the cases in the order of their ids. `opened`: all the conversations, if this transaction has just opened them
    (`just_opened`); then there is nothing to lock.
    """
    outcomes: dict[int, AddedMessage | Refusal] = {}
    targets = opened or message_rows.lock_targets({item.conversation_id for item in items}, waits=waits)
    rows: dict[str, list[dict[str, Any]]] = {}
    for place, item in enumerate(items):
        try:
            target = _checked(item, target=targets.get(item.conversation_id), waits=waits, now=now)
            rows.setdefault(item.kind, []).append(_row(item, target=target, place=place, now=now))
        except Refusal as refusal:
            outcomes[place] = refusal
    ids = {place: pk for kind, some in rows.items() for place, pk in message_rows.write(some, kind=kind).items()}
    for place, pk in ids.items():
        case_id, talk = targets[items[place].conversation_id].case_id, items[place].conversation_id
        outcomes[place] = AddedMessage(pk, case_id, talk, items[place].kind, items[place].said_at or now, is_repeat=False)
    outcomes |= _repeats(items, added=ids)
    _attach(items, ids=ids)
    _tell(items, targets=targets, ids=ids, now=now)
    return [outcomes[place] for place in range(len(items))]


def check_text(text: str, *, may_be_empty: bool = False) -> str:
    """The text as it is stored: no NUL, unix line ends, trimmed. Raises `EmptyMessage`, `MessageTooLong`."""
    clean = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not clean and not may_be_empty:
        raise EmptyMessage(_("Write something or attach a file first."))
    if len(clean) > LONGEST_TEXT:
        raise MessageTooLong(
            _("A message holds at most %(most)s characters; this one has %(count)s. Shorten it or attach a file.")
            % {"most": LONGEST_TEXT, "count": len(clean)}
        )
    return clean


def preview_of(text: str) -> str:
    """The first words on one line, as the inbox shows them."""
    return " ".join(text[: PREVIEW_LENGTH * 3].split())[:PREVIEW_LENGTH]


def _checked(item: NewMessage, *, target: Target | None, waits: bool, now: datetime) -> Target:
    """The target, if these words may be said there now."""
    check_text(item.text, may_be_empty=bool(item.attachment_ids or item.data))
    if target is None:
        if waits:
            raise ConversationNotFound(_("This conversation does not exist."))
        raise ConversationIsBusy(_("Somebody is changing this conversation right now. Try again in a moment."))
    if target.is_over and item.kind == MessageKind.CUSTOMER:
        raise ConversationIsOver(_("This conversation has ended. Start a new one to go on."))
    if item.kind == MessageKind.AGENT and target.state == CaseState.CLOSED:
        closer = Account.objects.filter(pk=target.closed_by_id or 0).values_list("display_name", flat=True).first()
        raise case_is_closed(case_id=target.case_id, closed_by=closer or "", closed_at=target.closed_at, now=now)
    return target


def _row(item: NewMessage, *, target: Target, place: int, now: datetime) -> dict[str, Any]:
    text = check_text(item.text, may_be_empty=True)
    is_live = target.channel in LIVE_CHANNELS and not target.is_over
    return {
        "place": place,
        "talk": item.conversation_id,
        "file": target.case_id,
        "author": item.actor.id if item.actor.is_staff else None,
        "text": text,
        "data": item.data or None,
        "key": item.client_key,
        "vector": vector(text) if text else "",
        "preview": preview_of(text) or _file_names(item.attachment_ids)[:PREVIEW_LENGTH],
        "at": item.said_at or now,
        "due_at": answer_due_at(waiting_since_at=item.said_at or now, response_hours=target.response_hours),
        "state": CaseState.OPEN.value if is_live else CaseState.WAITING.value,
    }


def _repeats(items: Sequence[NewMessage], *, added: dict[int, int]) -> dict[int, AddedMessage]:
    """Of what was not added: what had been stored before, however the conversation stands by now."""
    asked = [
        (place, item.conversation_id, item.client_key)
        for place, item in enumerate(items)
        if place not in added and item.client_key is not None
    ]
    found: dict[int, Stored] = message_rows.stored(asked) if asked else {}
    return {
        place: AddedMessage(
            before.id, before.case_id, items[place].conversation_id, before.kind, before.created_at, is_repeat=True
        )
        for place, before in found.items()
    }


def _attach(items: Sequence[NewMessage], *, ids: dict[int, int]) -> None:
    attached = [Attachment(message_id=pk, file_id=file) for place, pk in ids.items() for file in items[place].attachment_ids]
    if attached:
        Attachment.objects.bulk_create(attached)


def _file_names(attachment_ids: Sequence[int]) -> str:
    """What the inbox shows for a message of files alone."""
    if not attachment_ids:
        return ""
    return "📎 " + ", ".join(StoredFile.objects.filter(pk__in=attachment_ids).values_list("original_name", flat=True))


def _tell(items: Sequence[NewMessage], *, targets: Mapping[int, Target], ids: dict[int, int], now: datetime) -> None:
    """Records the facts and tells the lists of everyone that a case without an owner was touched."""
    happenings: list[Happening] = []
    states = {target.case_id: target.state for target in targets.values()}
    touched: dict[int, None] = {}
    for place, pk in sorted(ids.items()):
        item = items[place]
        target = targets[item.conversation_id]
        if item.kind == MessageKind.CUSTOMER:
            reopening = _reopening(target.case_id, state=states[target.case_id])
            happenings += [Happening(fact, item.actor) for fact in reopening]
            states[target.case_id] = CaseState.OPEN.value
        happenings.append(Happening(_said(item, target=target, message_id=pk), item.actor))
        if target.assignee_id is None and message_rows.touches_the_case(item.kind):
            touched[target.case_id] = None
    record_many(happenings, now=now)
    notify.signals([(["desk"], {"case_id": case_id}) for case_id in touched], kind="CaseTouched")


def _reopening(case_id: int, *, state: str) -> list[Fact]:
    if state == CaseState.CLOSED:
        return [CaseReopened(case_id=case_id, by_customer=True)]
    if state == CaseState.SNOOZED:
        return [CaseWoken(case_id=case_id, reason="customer")]
    return []


def _said(item: NewMessage, *, target: Target, message_id: int) -> MessageAdded:
    return MessageAdded(
        case_id=target.case_id,
        conversation_id=item.conversation_id,
        message_id=message_id,
        message_kind=item.kind,
        text=check_text(item.text, may_be_empty=True)[:2000],
        author_label=item.actor.label,
        assignee_id=target.assignee_id,
        attachments=len(item.attachment_ids),
        client_key=str(item.client_key) if item.client_key else None,
    )
