"""One act on many cases: each case for itself and in its own transaction, so that one refusal holds up no other.

What was asked and what became of every case stand in `BulkAct` and `BulkItem`; a case's change and its outcome are
written together, so an act whose worker dies goes on where it stopped and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Invalid, Refusal
from lingting.service.desk.models import BulkAct, BulkItem, BulkOutcome, Case, CaseState
from lingting.service.desk.services.assigning import assign_case, queue_case
from lingting.service.desk.services.closing import close_case, reopen_case
from lingting.service.desk.services.fields import add_tag, remove_tag, set_priority, set_type
from lingting.service.desk.services.refusals import CaseIsClosed, UnknownChoice
from lingting.service.desk.services.snoozing import snooze_case, wake_case

MOST_AT_ONCE = 200
MOST_EVER = 50_000
BATCH = 100

Do = Callable[..., Any]
Permitted = Callable[[Account, Sequence[int], str], Sequence[int]]


class NothingToUndo(Invalid):
    """The act is not done yet, was taken back already, or changed nothing."""

    code = "nothing_to_undo"


def permission_for(act: str) -> str:
    """What somebody needs for an act, case by case."""
    return "desk.assign_cases" if act in ("assign", "queue") else "desk.answer_cases"


@transaction.atomic
def ask_bulk_act(
    case_ids: Sequence[int], *, act: str, value: str = "", told: str = "", account_id: int, now: datetime
) -> BulkAct:
    """Writes down an act on these cases; `continue_bulk_act` does it. Raises `UnknownChoice` for no known act.

    `act` is assign, queue, priority, type, tag, untag, snooze, close or reopen; `value` its object as text.
    """
    _doing(act, value=value)
    ids = list(dict.fromkeys(case_ids))[:MOST_EVER]
    asked = BulkAct.objects.create(account_id=account_id, act=act, value=value, told=told[:120], total=len(ids), asked_at=now)
    existing = Case.objects.filter(pk__in=ids).values_list("pk", flat=True)
    BulkItem.objects.bulk_create([BulkItem(bulk=asked, case_id=case_id) for case_id in sorted(existing)], batch_size=2_000)
    return asked


def continue_bulk_act(bulk_id: int, *, permitted: Permitted, now: datetime, most: int = BATCH) -> int:
    """Does the next cases of an act, in order; returns how many are left. Rights are those the person has now.

    `permitted(account, case_ids, permission)` gives those of the cases they may do it to.
    """
    bulk = BulkAct.objects.select_related("account", "undoes").get(pk=bulk_id)
    waiting = bulk.items.filter(outcome=BulkOutcome.WAITING).order_by("id")
    items = list(waiting[:most])
    act = bulk.undoes.act if bulk.undoes else bulk.act
    allowed = set(permitted(bulk.account, [item.case_id for item in items], permission_for(act)))
    do = _undoing(bulk.undoes) if bulk.undoes else _doing(bulk.act, value=bulk.value)
    for item in items:
        if item.case_id in allowed:
            _do_one(item, do=do, actor=bulk.account.as_actor, now=now)
        else:
            reason = _("This case is not among those you work on. Ask its owner or your team leader.")
            BulkItem.objects.filter(pk=item.pk).update(outcome=BulkOutcome.REFUSED, reason=reason[:300])
    left = waiting.count()
    if not left:
        BulkAct.objects.filter(pk=bulk_id, finished_at=None).update(finished_at=now)
    return left


@transaction.atomic
def ask_undoing(bulk_id: int, *, account_id: int, now: datetime) -> BulkAct:
    """Writes down the taking back of one's own finished act, for the cases it changed. Raises `NothingToUndo`."""
    done = BulkAct.objects.select_for_update().filter(pk=bulk_id, account_id=account_id, undoes=None).first()
    changed = done.items.filter(outcome=BulkOutcome.CHANGED) if done and done.finished_at else BulkItem.objects.none()
    if done is None or BulkAct.objects.filter(undoes=done).exists() or not changed.exists():
        raise NothingToUndo(_("There is nothing to take back: it was undone already, or nothing was changed."))
    rows = list(changed.order_by("id").values_list("case_id", "before"))
    back = BulkAct.objects.create(
        account_id=account_id, act="undo", value=done.act, told=done.told, total=len(rows), asked_at=now, undoes=done
    )
    BulkItem.objects.bulk_create(
        [BulkItem(bulk=back, case_id=case_id, before=before) for case_id, before in rows], batch_size=2_000
    )
    return back


@transaction.atomic
def _do_one(item: BulkItem, *, do: Do, actor: Actor, now: datetime) -> None:
    """Changes a case and writes down its outcome, both or neither; a second worker finds the item done."""
    held = BulkItem.objects.select_for_update().get(pk=item.pk)
    if held.outcome != BulkOutcome.WAITING:
        return
    before = held.before or _standing(held.case_id)
    try:
        with transaction.atomic():
            was_changed = do(held.case_id, before=before, actor=actor, now=now) is not False
        held.outcome = BulkOutcome.CHANGED if was_changed else BulkOutcome.UNCHANGED
    except Refusal as refusal:
        held.outcome, held.reason = BulkOutcome.REFUSED, _reason_for_many(refusal)[:300]
    held.before = before
    held.save(update_fields=["outcome", "reason", "before"])


def _reason_for_many(refusal: Refusal) -> str:
    """Why, without what is peculiar to one case, so that the outcome of the act can be counted by reason."""
    if isinstance(refusal, CaseIsClosed):
        return _("The case is closed. Reopen it first if something is still to be done.")
    return str(refusal)


def _standing(case_id: int) -> dict[str, Any]:
    """How a case stands, as far as an act may change it."""
    row = Case.objects.values("assignee_id", "queue_id", "priority", "type_id", "state").get(pk=case_id)
    return dict(row)


def _doing(act: str, *, value: str) -> Do:
    """The act as a function of a case."""
    number = int(value) if value.lstrip("-").isdigit() else None
    plain: dict[str, Do] = {"close": close_case, "reopen": reopen_case}
    if act in plain:
        return lambda case_id, before, **who: plain[act](case_id, **who)
    if act == "assign":
        return lambda case_id, before, **who: assign_case(case_id, assignee_id=number or None, **who)
    if act in ("tag", "untag") and value.strip():
        put = add_tag if act == "tag" else remove_tag
        return lambda case_id, before, **who: put(case_id, name=value, **who)
    if act == "snooze" and value:
        until_at = _moment(value)
        return lambda case_id, before, **who: snooze_case(case_id, until_at=until_at, **who)
    if number is not None and act == "queue":
        return lambda case_id, before, **who: queue_case(case_id, queue_id=number, **who)
    if number is not None and act == "priority":
        return lambda case_id, before, **who: set_priority(case_id, priority=number, **who)
    if number is not None and act == "type":
        return lambda case_id, before, **who: set_type(case_id, type_id=number, **who)
    raise UnknownChoice(_("Choose what to do with the selected cases."))


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None  # type: ignore[assignment]
    if moment is None or moment.tzinfo is None:
        raise UnknownChoice(_("Choose a moment from now up to a year ahead."))
    return moment


def _undoing(done: BulkAct) -> Do:
    """Takes an act back on a case, if the case still stands as the act left it; else refuses."""
    act, value = done.act, done.value

    def back(case_id: int, *, before: dict[str, Any], actor: Actor, now: datetime) -> Any:
        _check_untouched(case_id, act=act, value=value)
        who: dict[str, Any] = {"actor": actor, "now": now}
        if act == "assign":
            return assign_case(case_id, assignee_id=before["assignee_id"], **who)
        if act == "queue":
            queue_case(case_id, queue_id=before["queue_id"], **who)
            return assign_case(case_id, assignee_id=before["assignee_id"], **who) or True
        if act == "priority":
            return set_priority(case_id, priority=before["priority"], **who)
        if act == "type":
            return set_type(case_id, type_id=before["type_id"], **who)
        if act in ("tag", "untag"):
            return (remove_tag if act == "tag" else add_tag)(case_id, name=value, **who)
        if act == "snooze":
            return wake_case(case_id, reason="undo", **who)
        return reopen_case(case_id, **who) if act == "close" else close_case(case_id, **who)

    return back


_FIELD_OF = {"queue": "queue_id", "priority": "priority", "type": "type_id"}
_STATE_AFTER = {"close": CaseState.CLOSED, "reopen": CaseState.OPEN, "snooze": CaseState.SNOOZED}


def _check_untouched(case_id: int, *, act: str, value: str) -> None:
    standing = _standing(case_id)
    if act in _FIELD_OF:
        same = str(standing[_FIELD_OF[act]]) == value
    elif act in _STATE_AFTER:
        same = standing["state"] == _STATE_AFTER[act]
    elif act == "assign":
        same = str(standing["assignee_id"] or 0) == value
    else:
        same = True
    if not same:
        raise ChangedSince(_("The case was changed again since; it stays as it is now."))


class ChangedSince(Refusal):
    """Somebody else changed the case after the act; taking the act back would undo their work too."""

    code = "changed_since"
    status = 409
