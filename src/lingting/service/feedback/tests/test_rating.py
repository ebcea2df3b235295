"""A customer rates a conversation once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from lingting.demo.world import World
from lingting.kernel.questionnaires.models import Questionnaire, Version
from lingting.kernel.questionnaires.services import (
    BadAnswers,
    NotSound,
    change_draft,
    new_questionnaire,
    publish_draft,
    start_draft,
)
from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.service.desk.models import Conversation
from lingting.service.desk.services import open_case, start_conversation
from lingting.service.feedback import foundation
from lingting.service.feedback.models import Rating
from lingting.service.feedback.services import AlreadyRated, NothingToRate, rate_conversation, rating_form
from lingting.service.routing.services import answer_directly, enqueue

CUSTOMER = Actor("customer", 1, "客户")


@pytest.fixture
def talk(world: World, now: datetime) -> Conversation:
    foundation.lay(now=now)
    from lingting.service.crm.models import Customer

    case = open_case(Customer.objects.all()[0].pk, queue_id=world.queue("orders").pk, channel="chat", actor=SYSTEM, now=now)
    conversation = start_conversation(case.pk, channel="chat", now=now)
    enqueue(conversation.pk, actor=SYSTEM, now=now)
    answer_directly(conversation.pk, account_id=world.newcomer.pk, actor=world.newcomer.as_actor, now=now)
    return conversation


def test_the_rating_counts_for_who_had_the_conversation(world: World, talk: Conversation, now: datetime) -> None:
    rating = rate_conversation(talk.pk, answers={"score": 5, "comment": " 很耐心 ", "solved": True}, actor=CUSTOMER, now=now)
    assert (rating.account_id, rating.score, rating.comment, rating.response.score) == (world.newcomer.pk, 5, "很耐心", 1)


def test_a_second_rating_is_refused_and_the_first_stays(talk: Conversation, now: datetime) -> None:
    rate_conversation(talk.pk, answers={"score": 5}, actor=CUSTOMER, now=now)
    with pytest.raises(AlreadyRated):
        rate_conversation(talk.pk, answers={"score": 1}, actor=CUSTOMER, now=now)
    assert Rating.objects.get().score == 5


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_off_the_scale_is_refused(talk: Conversation, now: datetime, score: int) -> None:
    with pytest.raises(BadAnswers):
        rate_conversation(talk.pk, answers={"score": score}, actor=CUSTOMER, now=now)
    assert not Rating.objects.exists()


def test_an_unknown_conversation_cannot_be_rated(talk: Conversation, now: datetime) -> None:
    with pytest.raises(NothingToRate):
        rate_conversation(10**9, answers={"score": 5}, actor=CUSTOMER, now=now)


def _edited(change: Callable[[dict[str, Any]], None], *, now: datetime) -> Version:
    """The rating as an administrator makes it in the editor; published."""
    draft = start_draft(Questionnaire.objects.get(key=foundation.RATING_KEY))
    change_draft(draft.pk, change)
    return publish_draft(draft.pk, now=now)


def _ask_why(document: dict[str, Any]) -> None:
    why = {"key": "why", "kind": "text", "text_zh": "哪里做得不好？", "text_en": "What went wrong?", "is_required": True,
           "show_if": [{"item": "score", "op": "at_most", "value": "2"}]}  # fmt: skip
    document["sections"][0]["items"].insert(1, why)


def test_what_an_administrator_adds_is_asked_and_kept(talk: Conversation, now: datetime) -> None:
    before = rating_form()
    _edited(_ask_why, now=now)
    with pytest.raises(BadAnswers) as refused:
        rate_conversation(talk.pk, answers={"score": 1}, actor=CUSTOMER, now=now)
    assert set(refused.value.details["fields"]) == {"why"}
    rating = rate_conversation(talk.pk, answers={"score": 1, "why": "等太久"}, actor=CUSTOMER, now=now)
    assert rating.response.answers.get(item__key="why").value == {"value": "等太久"}
    assert rating_form(before.pk) == before != rating_form()


def test_who_has_the_older_form_on_the_screen_answers_that_one(talk: Conversation, now: datetime) -> None:
    before = rating_form()
    _edited(_ask_why, now=now)
    rating = rate_conversation(talk.pk, answers={"score": 1}, version=rating_form(before.pk), actor=CUSTOMER, now=now)
    assert rating.response.version == before


def test_a_rating_without_the_score_that_figures_need_is_not_published(talk: Conversation, now: datetime) -> None:
    with translation.override("en"), pytest.raises(NotSound, match="Satisfaction is counted"):
        _edited(lambda document: document["sections"][0]["items"].pop(0), now=now)
    assert rating_form().number == 1


def test_another_questionnaire_is_no_rating(talk: Conversation, now: datetime) -> None:
    other = new_questionnaire(name_zh="别的")
    with pytest.raises(NothingToRate):
        rating_form(other.pk)
