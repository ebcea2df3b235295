"""What the customer thought of a contact."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.kernel.questionnaires.models import Response
from lingting.service.desk.models import Case, Conversation, Queue


class Rating(models.Model):
    """A customer's answer after a contact: 1-5 with a comment, read from the questionnaire response.

    `account` is who had the conversation when it ended: the one the rating counts for.
    """

    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="rating")
    case = models.ForeignKey(Case, models.CASCADE, related_name="ratings")
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    response = models.OneToOneField(Response, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    rated_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(score__gte=1, score__lte=5), name="rating_score_1_5")]
        indexes = [models.Index(fields=["rated_at", "queue"], name="rating_by_time")]
