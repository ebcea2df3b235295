"""Taking a customer's rating: the questionnaire as it is published, whoever draws it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.models import Answer, Response, Version
from lingting.kernel.questionnaires.services import respond
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, NotFound
from lingting.service.desk.models import Conversation
from lingting.service.feedback.events import ContactRated
from lingting.service.feedback.foundation import COMMENT_ITEM, SCORE_ITEM
from lingting.service.feedback.models import Rating
from lingting.service.feedback.selectors import rating_asked, rating_version
from lingting.service.routing.models import Assignment


class AlreadyRated(Conflict):
    """A conversation is rated once."""

    code = "already_rated"


class NothingToRate(NotFound):
    """There is no such conversation."""

    code = "nothing_to_rate"


def rating_form(version_id: int | None = None) -> Version:
    """The rating as customers are asked now, or the version that was on their screen. Raises `NothingToRate`."""
    found = rating_version(version_id) if version_id is not None else rating_asked()
    if found is None:
        raise NothingToRate(_("This conversation cannot be rated."))
    return found


@transaction.atomic
def rate_conversation(
    conversation_id: int, *, answers: Mapping[str, Any], actor: Actor, now: datetime, version: Version | None = None
) -> Rating:
    """Keeps a rating for whoever had the conversation last: `answers` by item key to `version` (else the newest).

    Raises `BadAnswers`, `AlreadyRated`, `NothingToRate`.
    """
    conversation = Conversation.objects.select_related("case").filter(pk=conversation_id).first()
    if conversation is None:
        raise NothingToRate(_("This conversation cannot be rated."))
    if Rating.objects.filter(conversation=conversation).exists():
        raise AlreadyRated(_("You have rated this conversation already. Thank you!"))
    response = respond(
        version or rating_form(), answers=answers, respondent=actor, subject_type="desk.conversation",
        subject_id=conversation_id, now=now,
    )  # fmt: skip
    score, comment = _score_and_comment(response)
    account_id = Assignment.objects.filter(conversation=conversation).order_by("-id").values_list("account_id", flat=True).first()
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                conversation=conversation, case=conversation.case, queue_id=conversation.case.queue_id, account_id=account_id,
                response=response, score=score, comment=comment, rated_at=now, is_demo=conversation.case.is_demo,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyRated(_("You have rated this conversation already. Thank you!")) from error
    fact = ContactRated(case_id=conversation.case_id, conversation_id=conversation_id, score=score, account_id=account_id)
    record(fact, actor=actor, now=now)
    return rating


def _score_and_comment(response: Response) -> tuple[int, str]:
    """What figures and lists show of a response. Raises `NothingToRate` for a version that asks no score."""
    said = dict(
        Answer.objects.filter(response=response, item__key__in=[SCORE_ITEM, COMMENT_ITEM]).values_list("item__key", "value")
    )
    score, comment = (said.get(key, {}).get("value") for key in (SCORE_ITEM, COMMENT_ITEM))
    if not isinstance(score, int) or not 1 <= score <= 5:
        raise NothingToRate(_("This conversation cannot be rated."))
    return score, comment if isinstance(comment, str) else ""
