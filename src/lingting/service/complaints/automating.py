"""What rules and macros can ask about complaints, and do to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.automation.registry import Action, When, register_action, register_when
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.registry import Field, register_field
from lingting.service.complaints import services
from lingting.service.complaints.models import Category, Complaint, Severity, Stage

SUBJECT = "desk.case"


def _categories() -> list[tuple[str, str]]:
    return [(str(row.pk), row.name) for row in Category.objects.filter(is_active=True)]


def _severities() -> list[tuple[str, str]]:
    return [(str(key), str(label)) for key, label in Severity.choices]


def _column(name: str) -> Any:
    def read(ids: Sequence[int]) -> dict[int, Any]:
        return dict(Complaint.objects.filter(case_id__in=ids).values_list("case_id", name))

    return read


def _is_complaint(ids: Sequence[int]) -> dict[int, bool]:
    known = set(Complaint.objects.filter(case_id__in=ids).values_list("case_id", flat=True))
    return {pk: pk in known for pk in ids}


def _is_repeat(ids: Sequence[int]) -> dict[int, bool]:
    rows = Complaint.objects.filter(case_id__in=ids).values_list("case_id", "repeat_of_id")
    return {case_id: earlier is not None for case_id, earlier in rows}


_FIELDS = (
    (Field(key="is_complaint", label=_("is a complaint"), kind="yes_no"), _is_complaint),
    (Field(key="complaint_stage", label=_("stage of the complaint"), kind="choice", choices=lambda: Stage.choices), _column("stage")),
    (Field(key="severity", label=_("severity of the complaint"), kind="choice", choices=_severities), _column("severity")),
    (Field(key="complaint_category", label=_("category of the complaint"), kind="choice", choices=_categories), _column("category_id")),
    (Field(key="is_repeat", label=_("repeats an earlier complaint"), kind="yes_no"), _is_repeat),
    (Field(key="is_public", label=_("complaint in public"), kind="yes_no"), _column("is_public")),
    (Field(key="is_regulator", label=_("complaint through a regulator"), kind="yes_no"), _column("is_regulator")),
    (Field(key="complaint_product", label=_("product of the complaint"), kind="text"), _column("product")),
)
_CATEGORY = Field(key="category", label=_("category"), kind="choice", choices=_categories)
_SEVERITY = Field(key="severity", label=_("severity"), kind="choice", choices=_severities)


def _file(case_id: int, params: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
    return services.file_complaint(case_id, actor=actor, now=now)


def _classify(case_id: int, params: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
    made, _is_new = services.file_complaint(case_id, actor=actor, now=now)
    return services.classify_complaint(
        made.pk, category_id=int(params["category"]), severity=int(params["severity"]), is_public=made.is_public,
        is_regulator=made.is_regulator, product=made.product, region=made.region, team_id=made.team_id,
        person_id=made.person_id, actor=actor, now=now,
    )  # fmt: skip


def connect() -> None:
    """Offers complaints to rules and macros. Called once when the apps are ready."""
    for field, read in _FIELDS:
        register_field(SUBJECT, field, read=read)
    register_when(
        SUBJECT,
        When(kind="ComplaintFiled", label=_("a complaint is filed")),
        When(kind="ComplaintClassified", label=_("a complaint is classified")),
        When(kind="ComplaintAnswered", label=_("a complaint is answered")),
        When(kind="CompensationProposed", label=_("compensation is proposed")),
        When(kind="FollowUpDone", label=_("a follow-up call was made")),
        When(kind="ComplaintClosed", label=pgettext_lazy("rule", "a complaint is closed")),
    )
    register_action(
        SUBJECT,
        Action(key="file_complaint", label=_("Make it a complaint"), perform=_file, permission="complaints.handle_complaints"),
        Action(key="classify_complaint", label=_("Classify the complaint"), params=[_CATEGORY, _SEVERITY], perform=_classify,
               permission="complaints.handle_complaints"),
    )  # fmt: skip
