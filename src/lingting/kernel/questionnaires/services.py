"""Publishing a form and filling one in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.definitions import ItemDefinition, QuestionnaireDefinition, SectionDefinition
from lingting.kernel.questionnaires.models import Answer, Item, Questionnaire, Response, Section, Version
from lingting.kernel.questionnaires.scoring import BadAnswer, check_answer, score_of
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Invalid

__all__ = ["BadAnswers", "ItemDefinition", "QuestionnaireDefinition", "SectionDefinition", "publish", "respond"]


class BadAnswers(Invalid):
    """Some answers do not fit; `details["fields"]` says which and why."""

    code = "bad_answers"


@transaction.atomic
def publish(definition: QuestionnaireDefinition, *, now: datetime) -> Version:
    """Stores a new published version; the versions before stay as they are, with their responses."""
    form, _made = Questionnaire.objects.update_or_create(
        key=definition.key, defaults={"name_zh": definition.name_zh, "name_en": definition.name_en}
    )
    number = form.versions.count() + 1
    version = Version.objects.create(
        questionnaire=form, number=number, published_at=now, pass_share=definition.pass_share
    )
    for place, section in enumerate(definition.sections):
        stored = Section.objects.create(version=version, order=place, name_zh=section.name_zh, name_en=section.name_en)
        Item.objects.bulk_create(
            Item(
                section=stored, key=item.key, kind=item.kind, text_zh=item.text_zh, text_en=item.text_en,
                settings=item.settings, weight=item.weight, is_required=item.is_required, is_critical=item.is_critical,
                order=order,
            )
            for order, item in enumerate(section.items)
        )  # fmt: skip
    return version


@transaction.atomic
def respond(
    version: Version, *, answers: Mapping[str, Any], respondent: Actor, subject_type: str, subject_id: int, now: datetime
) -> Response:
    """Fills in a form: `answers` by item key. Raises `BadAnswers` naming every wrong or missing one; stores nothing then."""
    items = {item.key: item for item in Item.objects.filter(section__version=version).order_by("section__order", "order")}
    problems: dict[str, list[str]] = {key: [_("There is no such question.")] for key in answers if key not in items}
    good: list[tuple[Item, Any]] = []
    for key, item in items.items():
        value = answers.get(key)
        if value is None or value == "":
            if item.is_required:
                problems[key] = [_("Please answer this question.")]
            continue
        try:
            good.append((item, check_answer(item, value)))
        except BadAnswer as error:
            problems[key] = [str(error)]
    if problems:
        raise BadAnswers(_("Some answers are missing or do not fit. Please correct them."), fields=problems)
    score = score_of(good)
    response = Response.objects.create(
        version=version, respondent_kind=respondent.kind, respondent_id=respondent.id, subject_type=subject_type,
        subject_id=subject_id, answered_at=now, score=score.share, is_critical_failure=score.is_critical_failure,
    )  # fmt: skip
    Answer.objects.bulk_create(Answer(response=response, item=item, value={"value": value}) for item, value in good)
    return response
