"""A customer rates a conversation once."""

from __future__ import annotations

from datetime import datetime

import pytest

from lingting.demo.world import World
from lingting.kernel.questionnaires.services import BadAnswers
from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.service.desk.models import Conversation
from lingting.service.desk.services import open_case, start_conversation
from lingting.service.feedback import foundation
from lingting.service.feedback.models import Rating
from lingting.service.feedback.services import AlreadyRated, NothingToRate, rate_conversation
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
    rating = rate_conversation(talk.pk, score=5, comment="很耐心", is_solved=True, actor=CUSTOMER, now=now)
    assert (rating.account_id, rating.score, rating.response.score) == (world.newcomer.pk, 5, 1)


def test_a_second_rating_is_refused_and_the_first_stays(talk: Conversation, now: datetime) -> None:
    rate_conversation(talk.pk, score=5, actor=CUSTOMER, now=now)
    with pytest.raises(AlreadyRated):
        rate_conversation(talk.pk, score=1, actor=CUSTOMER, now=now)
    assert Rating.objects.get().score == 5


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_off_the_scale_is_refused(talk: Conversation, now: datetime, score: int) -> None:
    with pytest.raises(BadAnswers):
        rate_conversation(talk.pk, score=score, actor=CUSTOMER, now=now)
    assert not Rating.objects.exists()


def test_an_unknown_conversation_cannot_be_rated(talk: Conversation, now: datetime) -> None:
    with pytest.raises(NothingToRate):
        rate_conversation(10**9, score=5, actor=CUSTOMER, now=now)
