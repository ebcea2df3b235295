"""Forms are published, filled in and scored."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingting.kernel.questionnaires.definitions import ItemDefinition, QuestionnaireDefinition, SectionDefinition
from lingting.kernel.questionnaires.models import Answer, Item, Response
from lingting.kernel.questionnaires.scoring import score_of
from lingting.kernel.questionnaires.services import BadAnswers, publish, respond
from lingting.kernel.timeline.events import Actor

CUSTOMER = Actor("customer", 7, "客户")
FORM = QuestionnaireDefinition(
    key="check", name_zh="检查", name_en="Check",
    sections=(
        SectionDefinition(
            name_zh="一", name_en="One",
            items=(
                ItemDefinition(key="score", kind="scale", text_zh="评分", settings={"low": 1, "high": 5}, weight=Decimal(3), is_required=True),
                ItemDefinition(key="solved", kind="yes_no", text_zh="解决了吗", weight=Decimal(1), is_critical=True),
                ItemDefinition(
                    key="why", kind="choices", text_zh="原因", weight=Decimal(1),
                    settings={"options": [{"key": "slow", "zh": "慢", "points": 1}, {"key": "rude", "zh": "态度", "points": 1}]},
                ),
                ItemDefinition(key="words", kind="text", text_zh="想说的"),
            ),
        ),
    ),
)  # fmt: skip


@pytest.mark.django_db
def test_a_response_keeps_its_answers_and_its_score(now: datetime) -> None:
    version = publish(FORM, now=now)
    response = respond(
        version, answers={"score": 4, "solved": True, "words": " 谢谢 "}, respondent=CUSTOMER, subject_type="desk.conversation",
        subject_id=1, now=now,
    )  # fmt: skip
    assert response.score == Decimal("0.8125")
    assert dict(Answer.objects.values_list("item__key", "value__value")) == {"score": 4, "solved": True, "words": "谢谢"}


@pytest.mark.django_db
def test_a_failed_critical_item_makes_the_score_zero(now: datetime) -> None:
    response = respond(
        publish(FORM, now=now),
        answers={"score": 5, "solved": False},
        respondent=CUSTOMER,
        subject_type="x.y",
        subject_id=1,
        now=now,
    )
    assert response.is_critical_failure and response.score == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"score"}),
        ({"score": 6}, {"score"}),
        ({"score": True}, {"score"}),
        ({"score": 3.5}, {"score"}),
        ({"score": 3, "solved": "yes"}, {"solved"}),
        ({"score": 3, "why": ["never"]}, {"why"}),
        ({"score": 3, "extra": 1}, {"extra"}),
        ({"score": 3, "words": "长" * 6000}, {"words"}),
    ],
)
def test_wrong_answers_are_named_and_nothing_is_stored(now: datetime, answers: dict, wrong: set[str]) -> None:
    with pytest.raises(BadAnswers) as refused:
        respond(publish(FORM, now=now), answers=answers, respondent=CUSTOMER, subject_type="x.y", subject_id=1, now=now)
    assert set(refused.value.details["fields"]) == wrong
    assert not Response.objects.exists()


@given(st.lists(st.tuples(st.integers(1, 5), st.decimals("0.01", "9", places=2)), min_size=1, max_size=8))
def test_scores_stay_between_worst_and_best(pairs: list[tuple[int, Decimal]]) -> None:
    answered = [(Item(kind="scale", settings={"low": 1, "high": 5}, weight=weight), value) for value, weight in pairs]
    share = score_of(answered).share
    shares = [(Decimal(value) - 1) / 4 for value, _weight in pairs]
    assert share is not None and min(shares) - Decimal("0.0001") <= share <= max(shares) + Decimal("0.0001")
