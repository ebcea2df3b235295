"""What the living traffic plays, and what it says when there is nothing to talk to."""

from __future__ import annotations

import io
import random
import socket
from datetime import UTC, datetime

import pytest

from lingting.demo import content
from lingting.demo.content.records import Speaker
from lingting.demo.live import BadRate, NoCentre, run_live, running, script
from lingting.platform.files.kinds import detect

MORNING = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


def test_customers_choose_only_among_the_open_queues_and_speak_first() -> None:
    rng = random.Random(1)
    chosen = [script.choose_dialogue(rng, at=MORNING, queues={"support", "english"}) for _draw in range(200)]
    assert {each.queue for each in chosen} == {"support", "english"}
    assert all(script.lines_of(each, speaker=Speaker.CUSTOMER)[0].after_theirs == 0 for each in chosen)


def test_both_sides_of_every_dialogue_wait_for_each_other() -> None:
    for dialogue in content.dialogues():
        customer, agent = (script.lines_of(dialogue, speaker=each) for each in (Speaker.CUSTOMER, Speaker.AGENT))
        assert all(line.after_theirs <= len(agent) for line in customer)
        assert all(line.after_theirs <= len(customer) for line in agent)
        for lines in (customer, agent):
            assert [line.after_theirs for line in lines] == sorted(line.after_theirs for line in lines)


def test_ten_agents_cover_every_queue_and_leave_the_newcomer_to_people() -> None:
    chosen = script.choose_agents(count=10, weights=script.load_at(MORNING), everyone=False)
    assert len({each.login for each in chosen}) == 10
    assert {queue for each in chosen for queue in script.queues_of(each)} == {each.key for each in content.queue_plan().queues}
    assert "linxiao" not in {each.login for each in chosen}
    assert "linxiao" in {each.login for each in script.choose_agents(count=10, weights={}, everyone=True)}


def test_a_made_picture_is_a_picture() -> None:
    assert detect(io.BytesIO(script.picture(random.Random(2))), name="photo.png") == "image/png"


def test_variables_are_filled_and_unknown_ones_leave_nothing() -> None:
    assert script.filled("我是{{agent.name}}{{ nobody.knows }}。", {"agent.name": "林晓"}) == "我是林晓。"


def test_where_nothing_answers_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr("lingting.demo.live.connection.TRIES", 1)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(NoCentre, match="Start Lingting there first"):
            run_live(url=f"http://127.0.0.1:{held.getsockname()[1]}", rate=6, seed=1)


def test_a_rate_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(BadRate):
        run_live(url="http://127.0.0.1:1", rate=0, seed=1)
