"""Filling in: what a form sent, checked and scored; only what was asked counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.definitions import ItemDefinition
from lingting.kernel.questionnaires.models import Answer, Item, ItemKind, Response, Version
from lingting.kernel.questionnaires.scoring import BadAnswer, check_answer, score_of
from lingting.kernel.questionnaires.showing import conditions_of, is_shown
from lingting.kernel.timeline.events import Actor
from lingting.platform.files.services import store_upload
from lingting.platform.refusals import Invalid, Refusal

PREFIX = "answer-"


class BadAnswers(Invalid):
    """Some answers do not fit; `details["fields"]` says which and why."""

    code = "bad_answers"


Question = TypeVar("Question", Item, ItemDefinition)


@dataclass(frozen=True)
class Sifted(Generic[Question]):
    """Good answers with their items in order, problems by item key, and the keys of what was asked."""

    good: list[tuple[Question, Any]]
    problems: dict[str, list[str]]
    shown: set[str]


def items_of(version: Version) -> list[Item]:
    """The items of a published version in the order in which they are asked. One query."""
    return list(Item.objects.filter(section__version=version).order_by("section__order", "order").select_related("section"))


def sift(items: Sequence[Question], answers: Mapping[str, Any]) -> Sifted[Question]:
    """Checks answers by item key in order. A hidden item is neither required nor kept; a wrong answer shows nothing."""
    known = {item.key for item in items}
    problems: dict[str, list[str]] = {key: [_("There is no such question.")] for key in answers if key not in known}
    good: dict[str, tuple[Question, Any]] = {}
    shown: set[str] = set()
    for item in items:
        if not is_shown(conditions_of(item), {key: value for key, (_item, value) in good.items()}):
            continue
        shown.add(item.key)
        value = answers.get(item.key)
        if value is None or value == "" or value == []:
            if item.is_required:
                problems[item.key] = [_("Please answer this question.")]
            continue
        try:
            good[item.key] = (item, check_answer(item, value))
        except BadAnswer as error:
            problems[item.key] = [str(error)]
    return Sifted(list(good.values()), problems, shown)


@transaction.atomic
def respond(
    version: Version, *, answers: Mapping[str, Any], respondent: Actor, subject_type: str, subject_id: int, now: datetime
) -> Response:
    """Fills in a form: `answers` by item key. Raises `BadAnswers` naming every wrong or missing one; stores nothing then.

    Answers to items that are not asked (`show_if`) are left out.
    """
    sifted = sift(items_of(version), answers)
    if sifted.problems:
        raise BadAnswers(_("Some answers are missing or do not fit. Please correct them."), fields=sifted.problems)
    score = score_of(sifted.good)
    response = Response.objects.create(
        version=version, respondent_kind=respondent.kind, respondent_id=respondent.id, subject_type=subject_type,
        subject_id=subject_id, answered_at=now, score=score.share, is_critical_failure=score.is_critical_failure,
    )  # fmt: skip
    Answer.objects.bulk_create(Answer(response=response, item=item, value={"value": value}) for item, value in sifted.good)
    return response


def answers_in(
    post: QueryDict, version: Version, *, files: MultiValueDict[str, UploadedFile] | None = None, actor: Actor | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What `{% questionnaire_form %}` sent, by item key, in the kinds that `respond` takes; what was left empty is left out.

    With `files`, `actor` and `now` uploaded files are stored and answered by their public id. Raises `BadAnswers` for
    a file that cannot be taken.
    """
    items = items_of(version)
    answers = typed_answers(post, items)
    if files is not None and now is not None:
        answers |= _stored_files(files, items, actor=actor, now=now)
    return answers


def typed_answers(post: QueryDict, items: Sequence[Item] | Sequence[ItemDefinition]) -> dict[str, Any]:
    """What was posted for these items; numbers that are none stay text, to be refused with what was typed."""
    answers: dict[str, Any] = {}
    for item in items:
        name = f"{PREFIX}{item.key}"
        if item.kind == ItemKind.CHOICES:
            if post.getlist(name):
                answers[item.key] = [str(one) for one in post.getlist(name)]
        elif str(post.get(name, "")).strip():
            answers[item.key] = _typed(item.kind, str(post[name]).strip())
    return answers


def _typed(kind: str, text: str) -> Any:
    if kind == ItemKind.YES_NO and text in ("yes", "no"):
        return text == "yes"
    if kind in (ItemKind.NUMBER, ItemKind.SCALE):
        try:
            number = float(text.replace(",", "").replace("，", ""))
        except ValueError:
            return text
        return int(number) if number.is_integer() else number
    return text


def _stored_files(
    files: MultiValueDict[str, UploadedFile], items: Sequence[Item], *, actor: Actor | None, now: datetime
) -> dict[str, str]:
    answers: dict[str, str] = {}
    problems: dict[str, list[str]] = {}
    for item in items:
        upload = files.get(f"{PREFIX}{item.key}") if item.kind == ItemKind.FILE else None
        if upload is None:
            continue
        try:
            kind, pk = (actor.kind, str(actor.id or "")) if actor else ("anyone", "")
            answers[item.key] = str(store_upload(upload, actor_kind=kind, actor_id=pk, now=now).public_id)
        except Refusal as refusal:
            problems[item.key] = [str(refusal)]
    if problems:
        raise BadAnswers(_("Some answers are missing or do not fit. Please correct them."), fields=problems)
    return answers
