"""The API of questionnaires, and answers that say what they are about."""

from __future__ import annotations

from datetime import datetime

from lingting.demo.world import World
from lingting.kernel.questionnaires.services import publish
from lingting.kernel.questionnaires.tests.test_pages import BASE, SCORE, answer, client_of, world_  # noqa: F401
from lingting.kernel.questionnaires.tests.test_rules import form
from lingting.kernel.timeline import registry as subjects

API = "/api/v1/questionnaires"


def test_forms_and_answers_are_read_by_those_who_may(world_: World, now: datetime) -> None:  # noqa: F811
    version = publish(form(SCORE), now=now)
    key = version.questionnaire.key
    given = answer(version, now, score=5)
    client = client_of(world_.manager)
    line = next(one for one in client.get(f"{API}?limit=100").json()["items"] if one["key"] == key)
    assert (line["version"], line["answered"]) == (version.number, 1)
    assert client.get(f"{API}/{key}").json()["definition"]["key"] == key
    found = client.get(f"{API}/{key}/responses?subject_type=desk.case&subject_id=1").json()["items"]
    assert [(one["id"], one["answers"]) for one in found] == [(given.pk, {"score": 5})]
    assert client.get(f"{API}/{key}/responses?subject_id=2").json()["items"] == []
    assert client.get(f"{API}/nothing").status_code == client.get(f"{API}/nothing/responses").status_code == 404
    assert client_of(world_.newcomer).get(API).status_code == 403


def test_a_list_of_answers_names_what_they_are_about_in_one_question_for_all(
    world_: World, now: datetime, monkeypatch  # noqa: F811
) -> None:
    asked: list[list[int]] = []

    def names(ids):
        asked.append(list(ids))
        return {pk: f"#{pk} 电饭煲不通电" for pk in ids}

    monkeypatch.setattr(subjects.subject_kind("desk.case"), "names", names)
    version = publish(form(SCORE), now=now)
    one = answer(version, now, score=5)
    answer(version, now, score=4)
    client = client_of(world_.manager)
    page = client.get(f"{BASE}{version.questionnaire_id}/responses/").content.decode()
    assert page.count("#1 电饭煲不通电") >= 2 and len(asked) == 1
    sheet = client.get(f"{BASE}responses/{one.pk}/").content.decode()
    assert "#1 电饭煲不通电" in sheet and "/desk/cases/1/" in sheet
