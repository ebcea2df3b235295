"""Taking a customer's rating."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.selectors import current_version
from lingting.kernel.questionnaires.services import respond
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, NotFound
from lingting.service.desk.models import Conversation
from lingting.service.feedback.events import ContactRated
from lingting.service.feedback.foundation import COMMENT_ITEM, RATING_KEY, SCORE_ITEM, SOLVED_ITEM
from lingting.service.feedback.models import Rating
from lingting.service.routing.models import Assignment


class AlreadyRated(Conflict):
    """A conversation is rated once."""

    code = "already_rated"


class NothingToRate(NotFound):
    """There is no such conversation."""

    code = "nothing_to_rate"


@transaction.atomic
def rate_conversation(
    conversation_id: int, *, score: int, actor: Actor, now: datetime, comment: str = "", is_solved: bool | None = None
) -> Rating:
    """Keeps a rating for whoever had the conversation last. Raises `BadAnswers`, `AlreadyRated`, `NothingToRate`."""
    conversation = Conversation.objects.select_related("case").filter(pk=conversation_id).first()
    version = current_version(RATING_KEY)
    if conversation is None or version is None:
        raise NothingToRate(_("This conversation cannot be rated."))
    if Rating.objects.filter(conversation=conversation).exists():
        raise AlreadyRated(_("You have rated this conversation already. Thank you!"))
    response = respond(
        version, answers={SCORE_ITEM: score, COMMENT_ITEM: comment, SOLVED_ITEM: is_solved}, respondent=actor,
        subject_type="desk.conversation", subject_id=conversation_id, now=now,
    )  # fmt: skip
    account_id = (
        Assignment.objects.filter(conversation=conversation).order_by("-id").values_list("account_id", flat=True).first()
    )
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                conversation=conversation, case=conversation.case, queue_id=conversation.case.queue_id, account_id=account_id,
                response=response, score=score, comment=comment.strip(), rated_at=now, is_demo=conversation.case.is_demo,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyRated(_("You have rated this conversation already. Thank you!")) from error
    fact = ContactRated(case_id=conversation.case_id, conversation_id=conversation_id, score=score, account_id=account_id)
    record(fact, actor=actor, now=now)
    return rating
