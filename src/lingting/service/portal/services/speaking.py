"""What customers say and do in their portal: answer, add files, reopen by writing, rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.models import Version
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Conflict, NotFound
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, CaseState, Conversation, Message, MessageKind
from lingting.service.desk.services import AddedMessage, add_message, case_for, check_text, start_conversation
from lingting.service.feedback.models import Rating
from lingting.service.feedback.services import AlreadyRated, rate_conversation
from lingting.service.portal.models import Pass
from lingting.service.routing.models import Assignment
from lingting.service.routing.services import enqueue

REOPENS_WITHIN = timedelta(days=14)
CHANNEL = "form"


class CaseNotYours(NotFound):
    """Not this customer's, or none at all: the two are never told apart."""

    code = "no_such_case"


class TooLate(Conflict):
    """The case was closed too long ago to be written to."""

    code = "too_late"


def actor_of(customer: Customer) -> Actor:
    return Actor("customer", customer.pk, str(customer))


def own_case(found: Pass, case_id: int) -> Case:
    """The case a pass opens under a number, following merges. Raises `CaseNotYours`."""
    case = (
        Case.objects.select_related("customer", "queue", "type", "assignee")
        .filter(pk=case_for(case_id) if 0 < case_id < 2**63 else 0, customer_id=found.customer.pk, parent=None)
        .first()
    )
    if case is None or (found.case_id is not None and found.case_id != case.pk):
        raise CaseNotYours(_("There is no such case among yours."))
    return case


def takes_words(case: Case, *, now: datetime) -> bool:
    """Whether the customer may still write: open cases, and closed ones for a fortnight."""
    return case.state != CaseState.CLOSED or (case.closed_at is not None and now - case.closed_at <= REOPENS_WITHIN)


@transaction.atomic
def answer(
    found: Pass, case_id: int, *, text: str, client_key: UUID, now: datetime, file_ids: Sequence[int] = ()
) -> AddedMessage:
    """The customer's words become a message of the case, once per `client_key`; a closed case opens again.

    They go where the talk still goes on (a mail thread, a running chat), else into a talk of the portal.
    Raises `CaseNotYours`, `TooLate`, `EmptyMessage`, `MessageTooLong`. Locks the case.
    """
    case = own_case(found, case_id)
    Case.objects.select_for_update().get(pk=case.pk)
    check_text(text, may_be_empty=bool(file_ids))
    said = Message.objects.filter(case_id=case.pk, client_key=client_key).values_list("conversation_id", flat=True).first()
    if said is None and not takes_words(case, now=now):
        raise TooLate(_("This case was closed more than 14 days ago. Please write to us anew."))
    added = add_message(
        said or _conversation_for(case, now=now), kind=MessageKind.CUSTOMER, text=text, actor=actor_of(found.customer), now=now,
        client_key=client_key, attachment_ids=file_ids,
    )  # fmt: skip
    if not added.is_repeat:
        _let_wait(added.conversation_id, case_id=case.pk, actor=actor_of(found.customer), now=now)
    return added


def _let_wait(conversation_id: int, *, case_id: int, actor: Actor, now: datetime) -> None:
    """Words in a case that nobody has wait in its queue; one with an owner is theirs, and stays unread."""
    owner_is_there = Case.objects.filter(pk=case_id).values_list("assignee__is_active", flat=True).first()
    if not owner_is_there and not Assignment.objects.filter(conversation_id=conversation_id, ended_at=None).exists():
        enqueue(conversation_id, actor=actor, now=now)


def _conversation_for(case: Case, *, now: datetime) -> int:
    going_on = Conversation.objects.filter(case=case, ended_at=None).order_by("-id").values_list("pk", flat=True).first()
    return going_on or start_conversation(case.pk, channel=CHANNEL, now=now).pk


def rateable(case: Case) -> int | None:
    """The talk a customer may rate: the latest one in which staff answered, when the case is closed and it is not rated yet."""
    if case.state != CaseState.CLOSED:
        return None
    answered = Message.objects.filter(case_id=case.pk, kind=MessageKind.AGENT).order_by("-id")
    talk = answered.values_list("conversation_id", flat=True).first()
    return talk if talk is not None and not Rating.objects.filter(conversation_id=talk).exists() else None


def rate(found: Pass, case_id: int, *, answers: Mapping[str, Any], version: Version, now: datetime) -> Rating:
    """The customer rates a closed case, once, by answers to a version. Raises `CaseNotYours`, `AlreadyRated`, `BadAnswers`."""
    talk = rateable(own_case(found, case_id))
    if talk is None:
        raise AlreadyRated(_("You have rated this already, or it is not finished yet. Thank you!"))
    return rate_conversation(talk, answers=answers, version=version, actor=actor_of(found.customer), now=now)
