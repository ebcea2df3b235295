"""The API of questionnaires: `/api/v1/questionnaires`: forms as they are published, and what people answered."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from lingting.kernel.accounts.permissions import check_caller
from lingting.kernel.questionnaires.definitions import as_document
from lingting.kernel.questionnaires.models import Questionnaire, Response
from lingting.kernel.questionnaires.selectors import current_version, questionnaires_listed
from lingting.kernel.questionnaires.services import definition_of
from lingting.platform.refusals import NotFound
from lingting.platform.rest import Number, Page, PageQuery, page, scope

router = Router(tags=["questionnaires"])
VIEW_RESULTS = "questionnaires.view_results"


class FormLine(Schema):
    """A questionnaire; `version` is the number of the newest published one, null while there is only a draft."""

    key: str
    name_zh: str
    name_en: str
    version: int | None
    answered: int
    answered_at: datetime | None


class FormOut(Schema):
    """The published version as export writes it."""

    key: str
    version: int
    definition: dict[str, Any]


class ResponseOut(Schema):
    """A filled-in form: `score` is 0–1, null where nothing is scored; `answers` are by the keys of the questions."""

    id: int
    version: int
    subject_type: str
    subject_id: int
    respondent_kind: str
    answered_at: datetime
    score: Decimal | None
    is_critical_failure: bool
    answers: dict[str, Any]


class ResponseFilters(PageQuery):
    """All of them must fit."""

    subject_type: str = Field("", max_length=40, description="Such as `desk.conversation`")
    subject_id: Number | None = None
    since: datetime | None = Field(None, description="Answered at this moment or later")
    until: datetime | None = Field(None, description="Answered before this moment")


@router.get("", response=Page[FormLine])
@scope("questionnaires:read")
def list_questionnaires(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Every questionnaire."""
    check_caller(request, VIEW_RESULTS)
    found = page(questionnaires_listed().order_by(), query=query, order=("id",))
    return {**found, "items": [_line(one) for one in found["items"]]}


@router.get("/{key}", response=FormOut)
@scope("questionnaires:read")
def read_questionnaire(request: HttpRequest, key: str) -> dict[str, Any]:
    """The questions of the newest published version."""
    check_caller(request, VIEW_RESULTS)
    version = current_version(key)
    if version is None:
        raise NotFound(_("There is no published questionnaire with this key."))
    return {"key": key, "version": version.number, "definition": as_document(definition_of(version))}


@router.get("/{key}/responses", response=Page[ResponseOut])
@scope("questionnaires:read")
def list_responses(request: HttpRequest, key: str, query: Query[ResponseFilters]) -> dict[str, Any]:
    """What people answered, over all versions, the latest first."""
    check_caller(request, VIEW_RESULTS)
    form = Questionnaire.objects.filter(key=key).first()
    if form is None:
        raise NotFound(_("There is no published questionnaire with this key."))
    rows = Response.objects.filter(version__questionnaire=form).select_related("version").prefetch_related("answers__item")
    wanted = {
        "subject_type": query.subject_type or None, "subject_id": query.subject_id, "answered_at__gte": query.since,
        "answered_at__lt": query.until,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    found = page(rows, query=query, order=("-answered_at", "-id"))
    return {**found, "items": [_response(one) for one in found["items"]]}


def _line(one: Any) -> dict[str, Any]:
    published = next((version.number for version in one.listed if not version.is_draft), None)
    return {
        "key": one.key, "name_zh": one.name_zh, "name_en": one.name_en, "version": published, "answered": one.answered,
        "answered_at": one.answered_at,
    }  # fmt: skip


def _response(one: Response) -> dict[str, Any]:
    plain = ("id", "subject_type", "subject_id", "respondent_kind", "answered_at", "score", "is_critical_failure")
    answers = {answer.item.key: answer.value["value"] for answer in one.answers.all()}
    return {name: getattr(one, name) for name in plain} | {"version": one.version.number, "answers": answers}
