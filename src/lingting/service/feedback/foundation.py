"""The form that customers fill in after a contact."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from lingting.kernel.questionnaires.models import Questionnaire
from lingting.kernel.questionnaires.registry import ScaleNeeded
from lingting.kernel.questionnaires.services import ItemDefinition, QuestionnaireDefinition, SectionDefinition, publish

RATING_KEY = "contact-rating"
SCORE_ITEM, COMMENT_ITEM, SOLVED_ITEM = "score", "comment", "solved"
_WORDS_ZH = ["很不满意", "不满意", "一般", "满意", "非常满意"]
_WORDS_EN = ["Very bad", "Bad", "All right", "Good", "Very good"]
SCORE_NEEDED = ScaleNeeded(form=RATING_KEY, item=SCORE_ITEM, low=1, high=5, use=_("Satisfaction is counted from this rating"))

_RATING = QuestionnaireDefinition(
    key=RATING_KEY,
    name_zh="服务评价",
    name_en="Rating of a contact",
    sections=(
        SectionDefinition(
            name_zh="本次服务",
            name_en="This contact",
            items=(
                ItemDefinition(
                    key=SCORE_ITEM, kind="scale", text_zh="您对本次服务满意吗？", text_en="How satisfied are you with this contact?",
                    settings={"low": 1, "high": 5, "words_zh": _WORDS_ZH, "words_en": _WORDS_EN}, weight=Decimal(1), is_required=True,
                ),
                ItemDefinition(key=SOLVED_ITEM, kind="yes_no", text_zh="您的问题解决了吗？", text_en="Was your question solved?"),
                ItemDefinition(
                    key=COMMENT_ITEM, kind="text", text_zh="还有什么想告诉我们的？", text_en="Anything else you want to tell us?"
                ),
            ),
        ),
    ),
)  # fmt: skip


def lay(*, now: datetime) -> None:
    if not Questionnaire.objects.filter(key=RATING_KEY).exists():
        publish(_RATING, now=now)
