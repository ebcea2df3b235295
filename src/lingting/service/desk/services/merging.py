"""Two cases of one customer that are one need: the younger goes into the older, and can come back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict
from lingting.service.desk.events import CaseMerged, CaseMergeUndone, TalksMoved
from lingting.service.desk.models import LIVE_CHANNELS, Case, CaseMerge, CaseState, Conversation, Draft, Message
from lingting.service.desk.services.closing import close_case, reopen_case
from lingting.service.desk.services.locking import locked_case
from lingting.service.desk.services.recounting import recount_case
from lingting.service.desk.services.refusals import UnknownChoice, case_not_found


class CannotMerge(Conflict):
    """These two cases cannot become one as they stand."""

    code = "cannot_merge"


def case_for(case_id: int) -> int:
    """Where what is meant for a case belongs today: the case itself, or the one it was merged into."""
    seen = {case_id}
    while True:
        into = Case.objects.filter(pk=case_id).values_list("merged_into_id", flat=True).first()
        if into is None or into in seen:
            return case_id
        seen.add(into)
        case_id = into


@transaction.atomic
def merge_case(case_id: int, *, into_id: int, actor: Actor, now: datetime) -> CaseMerge:
    """Moves everything said in a case into another one, closes it and leaves a redirect.

    Raises `UnknownChoice` (itself, or a number that is no case), `CannotMerge` (another customer's, a chat still
    running in it, already merged, the other one closed). Locks both cases, the lower number first.
    """
    assert actor.id is not None  # people merge and split
    if case_id == into_id:
        raise UnknownChoice(_("A case cannot be merged into itself. Enter another number."))
    case, into = _locked_pair(case_id, into_id)
    _check_mergeable(case, into)
    before = _standing(case)
    if case.state != CaseState.CLOSED:
        close_case(case_id, actor=actor, now=now, checks_fields=False)
    moved = {
        "conversations": list(Conversation.objects.filter(case_id=case_id).order_by("pk").values_list("pk", flat=True)),
        "redirects": list(Case.objects.filter(merged_into_id=case_id).order_by("pk").values_list("pk", flat=True)),
        "work_orders": list(Case.objects.filter(parent_id=case_id).order_by("pk").values_list("pk", flat=True)),
        "tags": sorted(set(case.tags.values_list("pk", flat=True)) - set(into.tags.values_list("pk", flat=True))),
        "unread": before["unread_count"],
    }
    merge = CaseMerge.objects.create(
        case_id=case_id, into_id=into_id, moved=moved, before=before, merged_at=now, merged_by_id=actor.id
    )
    _carry(moved, from_id=case_id, to_id=into_id)
    Draft.objects.filter(case_id=case_id).delete()
    Case.objects.filter(pk=case_id).update(merged_into_id=into_id)
    into.tags.add(*moved["tags"])
    Case.objects.filter(pk=into_id).update(unread_count=into.unread_count + moved["unread"])
    _tell_moved(moved, from_id=case_id, to_id=into_id, actor=actor, now=now)
    record(CaseMerged(case_id=case_id, into_id=into_id), actor=actor, now=now)
    return merge


@transaction.atomic
def undo_merge(case_id: int, *, actor: Actor, now: datetime) -> bool:
    """Gives a merged case back what it brought, and what was said in its conversations since; False if it stands alone."""
    merge = CaseMerge.objects.filter(case_id=case_id, undone_at=None).first()
    if merge is None:
        return False
    _case, into = _locked_pair(case_id, merge.into_id)
    merge = CaseMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at is not None:
        return False
    _carry(merge.moved, from_id=into.pk, to_id=case_id)
    into.tags.remove(*merge.moved["tags"])
    Case.objects.filter(pk=into.pk).update(unread_count=max(0, into.unread_count - merge.moved["unread"]))
    Case.objects.filter(pk=case_id).update(merged_into_id=None)
    if merge.before["state"] != CaseState.CLOSED:
        reopen_case(case_id, actor=actor, now=now)
    merge.undone_at, merge.undone_by_id = now, actor.id
    merge.save(update_fields=["undone_at", "undone_by"])
    _tell_moved(merge.moved, from_id=into.pk, to_id=case_id, actor=actor, now=now)
    record(CaseMergeUndone(case_id=case_id, from_id=into.pk), actor=actor, now=now)
    return True


def _locked_pair(case_id: int, other_id: int) -> tuple[Case, Case]:
    found = {pk: locked_case(pk) for pk in sorted([case_id, other_id]) if Case.objects.filter(pk=pk).exists()}
    if len(found) != 2:
        raise case_not_found()
    return found[case_id], found[other_id]


def _check_mergeable(case: Case, into: Case) -> None:
    names = {"case": case.pk, "other": into.pk}
    if case.customer_id != into.customer_id:
        raise CannotMerge(
            _("#%(case)s and #%(other)s belong to different customers. Merge the customers first, or link the cases.") % names
        )
    if case.merged_into_id is not None:
        raise CannotMerge(_("#%(case)s has been merged already. Undo that first.") % names)
    if into.merged_into_id is not None:
        raise CannotMerge(_("#%(other)s was merged into another case itself. Choose that one.") % names)
    if into.state == CaseState.CLOSED and case.state != CaseState.CLOSED:
        raise CannotMerge(_("#%(other)s is closed. Reopen it first, or merge the other way round.") % names)
    live = Conversation.objects.filter(case_id=case.pk, ended_at=None, channel__in=LIVE_CHANNELS)
    if live.exists():
        raise CannotMerge(
            _("A chat is still running in #%(case)s. Merge #%(other)s into it instead, or wait for its end.") % names
        )


def _standing(case: Case) -> dict[str, Any]:
    return {"state": case.state, "unread_count": case.unread_count, "assignee_id": case.assignee_id}


def _carry(moved: dict[str, list[int]], *, from_id: int, to_id: int) -> None:
    talks = moved["conversations"]
    Conversation.objects.filter(pk__in=talks).update(case_id=to_id)
    Message.objects.filter(conversation_id__in=talks).update(case_id=to_id)
    Case.objects.filter(pk__in=moved["redirects"]).update(merged_into_id=to_id)
    Case.objects.filter(pk__in=moved["work_orders"], parent_id=from_id).update(parent_id=to_id)


def _tell_moved(moved: dict[str, list[int]], *, from_id: int, to_id: int, actor: Actor, now: datetime) -> None:
    for pk in (from_id, to_id):
        recount_case(Case.objects.select_related("queue").get(pk=pk))
    fact = TalksMoved(case_id=to_id, from_id=from_id, conversation_ids=moved["conversations"])
    record(fact, actor=actor, now=now)
