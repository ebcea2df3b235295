"""Two needs in one case: some messages become a case of their own, and can come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict
from lingting.service.desk.events import CaseSplitOff, CaseSplitUndone, TalksMoved
from lingting.service.desk.models import LIVE_CHANNELS, Case, CaseSplit, CaseState, Conversation, Message, MessageKind
from lingting.service.desk.services.closing import close_case
from lingting.service.desk.services.locking import locked_case, locked_open_case
from lingting.service.desk.services.opening import open_case
from lingting.service.desk.services.recounting import recount_case
from lingting.service.desk.services.refusals import UnknownChoice


class CannotSplit(Conflict):
    """These messages cannot become a case of their own."""

    code = "cannot_split"


@transaction.atomic
def split_case(
    case_id: int, *, message_ids: Sequence[int], subject: str, actor: Actor, now: datetime, queue_id: int | None = None
) -> Case:
    """Makes a new case of the same customer out of some messages of one conversation.

    The new case has the old one's type, priority, owner and (unless `queue_id` says otherwise) queue; a chat's part is
    a conversation that has ended. Raises `UnknownChoice` (no such messages), `CannotSplit` (all of them, or from several
    conversations). Locks the case.
    """
    assert actor.id is not None  # people merge and split
    case = locked_open_case(case_id, now=now)
    chosen = list(Message.objects.filter(case_id=case_id, pk__in=message_ids).order_by("id"))
    if not chosen or len(chosen) != len(set(message_ids)):
        raise UnknownChoice(_("Choose messages of this case."))
    source = chosen[0].conversation
    _check_splittable(chosen, source=source)
    new = open_case(
        case.customer_id, queue_id=queue_id or case.queue_id, channel=source.channel, actor=actor, now=now, subject=subject,
        type_id=case.type_id, priority=case.priority, assignee_id=case.assignee_id, is_demo=case.is_demo,
    )  # fmt: skip
    is_live = source.channel in LIVE_CHANNELS
    target = Conversation.objects.create(
        case=new, channel=source.channel, started_at=chosen[0].created_at,
        ended_at=now if is_live else None, ended_by="agent" if is_live else "",
    )  # fmt: skip
    Message.objects.filter(pk__in=[each.pk for each in chosen]).update(conversation=target, case=new)
    CaseSplit.objects.create(
        case=case, new_case=new, source=source, target=target, message_ids=[each.pk for each in chosen],
        split_at=now, split_by_id=actor.id,
    )  # fmt: skip
    for each in (case, new):
        recount_case(each)
    record(CaseSplitOff(case_id=case_id, new_case_id=new.pk, count=len(chosen)), actor=actor, now=now)
    return new


@transaction.atomic
def undo_split(new_case_id: int, *, actor: Actor, now: datetime) -> bool:
    """Takes the messages back; what was said in the new case since comes along, and the new case leads to the old one."""
    split = CaseSplit.objects.filter(new_case_id=new_case_id, undone_at=None).first()
    if split is None:
        return False
    case, new = (locked_case(pk) for pk in sorted([split.case_id, new_case_id]))
    if case.pk != split.case_id:
        case, new = new, case
    split = CaseSplit.objects.select_for_update(of=("self",)).get(pk=split.pk)
    if split.undone_at is not None:
        return False
    if new.state != CaseState.CLOSED:
        close_case(new_case_id, actor=actor, now=now, checks_fields=False)
    Message.objects.filter(pk__in=split.message_ids).update(conversation_id=split.source_id, case_id=case.pk)
    talks = list(Conversation.objects.filter(case_id=new_case_id).order_by("pk").values_list("pk", flat=True))
    Conversation.objects.filter(pk__in=talks).update(case_id=case.pk)
    Message.objects.filter(conversation_id__in=talks).update(case_id=case.pk)
    Case.objects.filter(pk=new_case_id).update(merged_into_id=case.pk)
    split.undone_at, split.undone_by_id = now, actor.id
    split.save(update_fields=["undone_at", "undone_by"])
    for pk in (case.pk, new_case_id):
        recount_case(Case.objects.select_related("queue").get(pk=pk))
    record(TalksMoved(case_id=case.pk, from_id=new_case_id, conversation_ids=talks), actor=actor, now=now)
    record(CaseSplitUndone(case_id=case.pk, new_case_id=new_case_id), actor=actor, now=now)
    return True


def _check_splittable(chosen: list[Message], *, source: Conversation) -> None:
    if any(each.conversation_id != source.pk for each in chosen):
        raise CannotSplit(_("Choose messages of one conversation; split the other one off by itself."))
    said = Message.objects.filter(conversation=source).exclude(kind=MessageKind.SYSTEM).exclude(pk__in=[m.pk for m in chosen])
    if not said.exists():
        raise CannotSplit(_("Nothing would be left in this case. Leave at least one message, or change its subject instead."))
