"""What staff tell each other beside the conversation; colleagues named in it are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.services import tell
from lingting.kernel.timeline.events import Actor
from lingting.service.desk.models import Conversation, Mention, MessageKind
from lingting.service.desk.services.messages import AddedMessage, add_message, preview_of
from lingting.service.desk.services.refusals import ConversationNotFound

MOST_MENTIONS = 20


@transaction.atomic
def add_note(
    case_id: int,
    *,
    text: str,
    actor: Actor,
    now: datetime,
    mention_ids: Sequence[int] = (),
    client_key: UUID | None = None,
    attachment_ids: Sequence[int] = (),
) -> AddedMessage:
    """Adds an internal note to a case (closed ones too) and tells everyone mentioned, once.

    Raises `EmptyMessage`, `MessageTooLong`, `ConversationNotFound`.
    """
    added = add_message(
        latest_conversation_id(case_id),
        kind=MessageKind.NOTE,
        text=text,
        actor=actor,
        now=now,
        client_key=client_key,
        attachment_ids=attachment_ids,
    )
    if not added.is_repeat and mention_ids:
        _mention(added, account_ids=mention_ids, text=text, actor=actor, now=now)
    return added


def latest_conversation_id(case_id: int) -> int:
    """The conversation new words belong to: one still going on, else the latest. Raises `ConversationNotFound`."""
    rows = Conversation.objects.filter(case_id=case_id).order_by("id").values_list("id", "ended_at")
    found = list(rows)
    if not found:
        raise ConversationNotFound(_("This case has no conversation yet."))
    going = [conversation_id for conversation_id, ended_at in found if ended_at is None]
    return int(going[-1] if going else found[-1][0])


def _mention(added: AddedMessage, *, account_ids: Sequence[int], text: str, actor: Actor, now: datetime) -> None:
    people = Account.objects.filter(pk__in=account_ids, is_active=True).exclude(pk=actor.id or 0)
    for account in people.order_by("id")[:MOST_MENTIONS]:
        Mention.objects.create(message_id=added.id, account=account)
        tell(
            account,
            code="desk.mentioned",
            params={"name": actor.label, "case": added.case_id, "text": preview_of(text)},
            url=f"/desk/cases/{added.case_id}/",
            now=now,
        )


def see_mentions(case_id: int, *, account_id: int, now: datetime) -> int:
    """The person has opened the case in which they were mentioned."""
    unseen = Mention.objects.filter(account_id=account_id, seen_at=None, message__case_id=case_id)
    return unseen.update(seen_at=now)
