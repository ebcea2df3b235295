"""The pages: written, published, previewed and looked at in the browser; strangers see nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from lingting.demo.world import World
from lingting.kernel.accounts import foundation
from lingting.kernel.accounts.models import Role
from lingting.kernel.questionnaires.access import files_in_answers
from lingting.kernel.questionnaires.models import Questionnaire, Response, Version
from lingting.kernel.questionnaires.services import BadAnswers, ItemDefinition, answers_in, publish, respond
from lingting.kernel.questionnaires.statistics import figures_of, mean_estimate, share_estimate
from lingting.kernel.questionnaires.tests.test_rules import SOLVED, WHY, WORDS, form
from lingting.platform.files.models import StoredFile

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
BASE = "/settings/questionnaires/"
SCORE = ItemDefinition(key="score", kind="scale", text_zh="评分", text_en="Score", settings={"low": 1, "high": 5})


@pytest.fixture
def world_(world: World, now: datetime) -> World:
    foundation.lay(now=now)
    return world


def client_of(account: Any) -> Client:
    client = Client(**LOCAL)
    client.force_login(account)
    return client


def answer(version: Version, now: datetime, **answers: Any) -> Response:
    from lingting.kernel.questionnaires.tests.test_rules import CUSTOMER

    return respond(version, answers=answers, respondent=CUSTOMER, subject_type="desk.case", subject_id=1, now=now)


def test_a_questionnaire_is_written_in_the_browser(world_: World, now: datetime) -> None:
    client = client_of(world_.manager)
    client.post(f"{BASE}new/", {"name_zh": "回访", "name_en": "Call back"})
    made = Questionnaire.objects.get(name_zh="回访")
    page = f"{BASE}{made.pk}/draft/"
    assert client.get(page).status_code == 200
    client.post(page, {"at": "0", "act": "add-yes_no"})
    client.post(page, {"at": "0.0", "act": "add-choice"})
    item = {
        "at": "0.0",
        "was": "q1",
        "text_zh": "解决了吗",
        "text_en": "Solved?",
        "key": "solved",
        "kind": "yes_no",
        "weight": "2",
        "is_required": "on",
    }
    client.post(page, item)
    choice = {
        "at": "0.1", "was": "q2", "text_zh": "原因", "text_en": "Why?", "key": "why", "kind": "choice", "weight": "1",
        "option-0-key": "o1", "option-0-zh": "慢", "option-0-en": "slow", "option-0-points": "0", "option-1-key": "o2",
        "option-1-zh": "好", "option-1-en": "kind", "option-1-points": "2", "act": "add-if",
    }  # fmt: skip
    client.post(page, choice, HTTP_HX_REQUEST="true")
    answer = client.post(
        page,
        choice | {"was": "why", "act": "", "if-0-item": "solved", "if-0-op": "is", "if-0-value": "no"},
        HTTP_HX_REQUEST="true",
    )
    assert answer.status_code == 200 and "<html" not in answer.content.decode()
    stale = client.post(page, item | {"was": "other"}, HTTP_HX_REQUEST="true")
    assert stale.status_code == 409
    client.post(page, {"at": "", "was": "whole", "name_zh": "回访问卷", "name_en": "Call back", "pass_mark": "80"})
    client.post(page, item | {"was": "solved", "key": "done"})
    written = Version.objects.get().draft
    assert written["pass_share"] == "0.8" and written["sections"][0]["items"][1]["show_if"][0]["item"] == "done"
    client.post(page, {"at": "0.1", "was": "why", "act": "up"})
    assert client.post(f"{BASE}{made.pk}/publication/").status_code == 422, "it would be shown by a later question"
    kept = client.get(f"{page}?at=0.0").content.decode()
    assert 'name="if-0-op" value="is"' in kept and 'name="if-0-value" value="no"' in kept, (
        "the condition is not lost by the next save"
    )
    client.post(page, {"at": "0.0", "was": "why", "act": "down"})
    assert client.post(f"{BASE}{made.pk}/publication/", {"note": "首版"}).status_code == 302
    version = made.versions.get()
    assert version.published_by == world_.manager and version.pass_share is not None
    tried = client.post(f"{BASE}versions/{version.pk}/preview/?language=en", {"answer-done": "no", "answer-why": "o2"})
    assert tried.status_code == 200 and "33.3 %" in tried.content.decode()
    assert client.post(f"{BASE}versions/{version.pk}/preview/", {}).status_code == 422
    client.post(f"{BASE}versions/{version.pk}/draft/")
    assert made.versions.count() == 2
    client.post(f"{BASE}{made.pk}/draft/discarding/")
    assert made.versions.count() == 1


def test_what_was_exported_is_imported(world_: World, now: datetime) -> None:
    version = publish(form(SOLVED, WHY, WORDS), now=now)
    client = client_of(world_.manager)
    body = client.get(f"{BASE}versions/{version.pk}/definition/").content.decode()
    text = json.dumps(json.loads(body) | {"key": "other"})
    assert client.post(f"{BASE}import/", {"text": text}).status_code == 302
    assert len(Questionnaire.objects.get(key="other").versions.get().draft["sections"][0]["items"]) == 3
    for wrong in ("{", "[]", ""):
        assert client.post(f"{BASE}import/", {"text": wrong}).status_code in (422,)


def test_who_may_write_and_who_may_read_answers(world_: World, now: datetime) -> None:
    version = publish(form(SOLVED, SCORE), now=now)
    response = answer(version, now, solved=True)
    reading = ("", f"{version.questionnaire_id}/", f"versions/{version.pk}/", f"versions/{version.pk}/preview/",
               f"{version.questionnaire_id}/statistics/?days=all", f"{version.questionnaire_id}/responses/?days=all", f"responses/{response.pk}/")  # fmt: skip
    writing = (
        "new/",
        "import/",
        f"{version.questionnaire_id}/draft/",
        f"{version.questionnaire_id}/publication/",
        f"versions/{version.pk}/definition/",
    )
    agent, manager = client_of(world_.newcomer), client_of(world_.manager)
    for path in (*reading, *writing):
        assert agent.get(BASE + path).status_code == 403, path
        assert manager.get(BASE + path).status_code == 200, path
    Role.objects.filter(key="agent").update(permissions=["questionnaires.view_results"])
    agent = client_of(type(world_.newcomer).objects.get(pk=world_.newcomer.pk))
    for path in reading:
        assert agent.get(BASE + path).status_code == 200, path
    for path in writing:
        assert agent.get(BASE + path).status_code == 403, path


def test_figures_count_over_versions_with_sample_and_interval(world_: World, now: datetime) -> None:
    first = publish(form(SOLVED, WHY, SCORE), now=now)
    answer(first, now, solved=True, score=5)
    answer(first, now, solved=False, why="slow", score=1)
    second = publish(form(SOLVED, SCORE, WORDS), now=now)
    answer(second, now + timedelta(days=1), solved=True, score=3)
    figures = figures_of(first.questionnaire)
    by_key = {one.item.key: one for one in figures.items}
    assert figures.count == 3 and by_key["solved"].count == 3 and by_key["solved"].numbers == [1, 2]
    assert [(bar.label, bar.count) for bar in by_key["solved"].bars] == [("是", 2), ("否", 1)]
    mean = by_key["score"].mean
    assert mean is not None and mean.value == 3 and mean.low == pytest.approx(3 - 4.3027 * 2 / 3**0.5, abs=0.01)
    assert by_key["why"].count == 1 and [bar.count for bar in by_key["why"].bars] == [1, 0]
    later = figures_of(first.questionnaire, since=now + timedelta(hours=1), until=now + timedelta(days=2))
    assert later.count == 1 and figures_of(first.questionnaire, version_id=first.pk).count == 2


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.706), (2, 4.303), (3, 3.182), (9, 2.262), (99, 1.984)])
def test_intervals_are_students(freedom: int, quantile: float) -> None:
    count = freedom + 1
    found = mean_estimate(count, 0.0, count**0.5)
    assert found.high == pytest.approx(quantile, rel=0.02)
    assert share_estimate(0, 10).low == pytest.approx(0, abs=1e-9) and share_estimate(0, 10).high == pytest.approx(
        0.2775, abs=1e-3
    )


def test_the_figures_need_the_same_queries_for_more_answers(world_: World, now: datetime, django_assert_num_queries: Any) -> None:
    version = publish(form(SOLVED, WHY, SCORE), now=now)
    answer(version, now, solved=True)
    client = client_of(world_.manager)
    address = f"{BASE}{version.questionnaire_id}/statistics/?days=all"
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as before:
        client.get(address)
    for number in range(12):
        answer(
            version,
            now + timedelta(days=number),
            solved=bool(number % 2),
            score=number % 5 + 1,
            **({} if number % 2 else {"why": "slow"}),
        )
    publish(replace(form(SOLVED, SCORE, WORDS), pass_share=None), now=now)
    with django_assert_num_queries(len(before)):
        client.get(address)
    assert len(before) <= 20


@pytest.mark.django_db
def test_a_file_is_an_answer(now: datetime) -> None:
    proof = ItemDefinition(key="proof", kind="file", text_zh="照片", text_en="Photo", is_required=True)
    version = publish(form(proof), now=now)
    upload = SimpleUploadedFile("a.txt", "照片说明".encode(), content_type="text/plain")
    answers = answers_in(QueryDict(""), version, files=MultiValueDict({"answer-proof": [upload]}), now=now)
    response = answer(version, now, **answers)
    stored = StoredFile.objects.get()
    assert response.answers.get().value == {"value": str(stored.public_id)}
    assert list(files_in_answers([stored.pk, stored.pk + 1])) == [stored.pk]
    for wrong in ("nothing", "00000000-0000-4000-8000-000000000000", 5):
        with pytest.raises(BadAnswers):
            answer(version, now, proof=wrong)


@pytest.mark.django_db
def test_the_form_reads_back_what_it_sends(now: datetime) -> None:
    version = publish(form(SOLVED, replace(WHY, kind="choices"), SCORE), now=now)
    post = QueryDict("answer-solved=no&answer-why=slow&answer-why=kind&answer-score=4&other=1")
    assert answers_in(post, version) == {"solved": False, "why": ["slow", "kind"], "score": 4}
    assert answers_in(QueryDict("answer-score=many"), version) == {"score": "many"}
