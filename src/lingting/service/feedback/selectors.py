"""Reads of feedback."""

from __future__ import annotations

from lingting.kernel.questionnaires.models import Version
from lingting.kernel.questionnaires.selectors import current_version
from lingting.service.feedback.foundation import RATING_KEY


def rating_asked() -> Version | None:
    """The rating as customers are asked it now; None where none is published."""
    return current_version(RATING_KEY)


def rating_version(version_id: int) -> Version | None:
    """A published version of the rating: the one that was on a customer's screen."""
    rows = Version.objects.filter(pk=version_id, questionnaire__key=RATING_KEY, published_at__isnull=False)
    return rows.select_related("questionnaire").first()
