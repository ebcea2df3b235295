"""Writing a procedure: its sheet, and the steps of its draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.procedures.models import ApprovalLevel, Outcome, Procedure, Step, StepKind, Version, VersionState
from lingting.platform.database.keys import free_key
from lingting.platform.refusals import Conflict

_USUAL_LABELS = {
    StepKind.APPROVAL: (("approved", "同意", "Approved"), ("rejected", "不同意", "Rejected")),
    StepKind.FORK: (("branch-1", "分支一", "Branch 1"), ("branch-2", "分支二", "Branch 2")),
    StepKind.DECISION: (("yes", "符合条件", "Condition holds"), ("otherwise", "否则", "Otherwise")),
}


class Frozen(Conflict):
    """A published version is never changed; make a draft from it."""

    code = "procedure_frozen"


@dataclass(frozen=True, kw_only=True)
class OutcomeDraft:
    """An outcome as the editor sends it. `next_key` names a step of the draft; `ends` is the end; neither: still open."""

    key: str = ""
    label_zh: str
    label_en: str = ""
    next_key: str = ""
    ends: bool = False
    tests: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class LevelDraft:
    up_to: Decimal | None
    least_rank: int


@dataclass(frozen=True, kw_only=True)
class StepDraft:
    """A step as the editor sends it; `fields` are those of `Step` but version, key and order."""

    fields: Mapping[str, Any]
    outcomes: Sequence[OutcomeDraft] = ()
    levels: Sequence[LevelDraft] = field(default=())


@transaction.atomic
def save_procedure(
    procedure: Procedure, *, name_zh: str, name_en: str = "", purpose_zh: str = "", purpose_en: str = "", subject_kind: str = "",
    owner: Account | None = None, review_date: date | None = None, now: datetime,
) -> Procedure:  # fmt: skip
    """Makes or changes the sheet of a procedure; a new one gets an empty draft."""
    procedure.name_zh, procedure.name_en, procedure.purpose_zh, procedure.purpose_en = name_zh, name_en, purpose_zh, purpose_en
    procedure.subject_kind, procedure.owner, procedure.review_date = subject_kind, owner, review_date
    procedure.key = procedure.key or free_key(name_en, among=Procedure.objects.all(), otherwise="procedure")
    is_new = procedure.pk is None
    procedure.save()
    if is_new:
        Version.objects.create(procedure=procedure, number=1, created_at=now)
    return procedure


@transaction.atomic
def draft_from(procedure: Procedure, *, version: Version | None = None, now: datetime) -> Version:
    """The draft of a procedure: the one there is, or a copy of a version (the published one if none is named).

    Locks the procedure, so that two who ask at once get the same draft.
    """
    Procedure.objects.select_for_update().get(pk=procedure.pk)
    draft = procedure.versions.filter(state=VersionState.DRAFT).first()
    if draft is not None:
        return draft
    source = version or procedure.versions.order_by("-published_at", "-number").first()
    number = (procedure.versions.aggregate(most=Max("number"))["most"] or 0) + 1
    draft = Version.objects.create(procedure=procedure, number=number, created_at=now)
    if source is not None:
        _copy_steps(source, draft)
    return draft


def _copy_steps(source: Version, draft: Version) -> None:
    copies: dict[int, Step] = {}
    steps = list(source.steps.prefetch_related("outcomes", "levels"))
    for step in steps:
        fields = {item.attname: getattr(step, item.attname) for item in Step._meta.concrete_fields if not item.primary_key}
        copies[step.pk] = Step.objects.create(**{**fields, "version_id": draft.pk})
    for step in steps:
        for outcome in step.outcomes.all():
            Outcome.objects.create(
                step=copies[step.pk], key=outcome.key, order=outcome.order, label_zh=outcome.label_zh,
                label_en=outcome.label_en, next_step=copies.get(outcome.next_step_id or 0), ends=outcome.ends, tests=outcome.tests,
            )  # fmt: skip
        for level in step.levels.all():
            ApprovalLevel.objects.create(step=copies[step.pk], up_to=level.up_to, least_rank=level.least_rank)


@transaction.atomic
def discard_draft(version: Version) -> None:
    """Throws a draft away. Raises `Frozen` for any other version."""
    draft = locked_draft(version.pk)
    draft.delete()


def locked_draft(version_id: int) -> Version:
    """The draft, locked. Raises `Frozen`."""
    version = Version.objects.select_for_update().get(pk=version_id)
    if not version.is_draft:
        raise Frozen(_("Version %(number)s is published and stays as it is. Make a draft from it.") % {"number": version.number})
    return version


@transaction.atomic
def add_step(version: Version, *, kind: str, title_zh: str, title_en: str = "", after: Step | None = None) -> Step:
    """A new step after another one (or at the end), with the outcomes that its kind usually has.

    Where the step before had one outcome, that leads to the new step now, and the new step where that led.
    """
    version = locked_draft(version.pk)
    place = after.order + 1 if after else version.steps.count()
    version.steps.filter(order__gte=place).update(order=F("order") + 1)
    step = Step.objects.create(
        version=version,
        key=free_key(title_en, among=version.steps.all(), otherwise="step-1", longest=40),
        order=place,
        kind=kind,
        title_zh=title_zh,
        title_en=title_en,
    )
    led_to = _led_to(after) if after else None
    labels = _USUAL_LABELS.get(StepKind(kind), (("done", "完成", "Done"),))
    for order, (key, label_zh, label_en) in enumerate(labels):
        Outcome.objects.create(
            step=step, key=key, order=order, label_zh=label_zh, label_en=label_en,
            next_step=led_to.next_step if led_to and order == 0 else None, ends=bool(led_to and led_to.ends and order == 0),
        )  # fmt: skip
    if led_to is not None:
        led_to.next_step, led_to.ends = step, False
        led_to.save(update_fields=["next_step", "ends"])
    return step


def _led_to(step: Step) -> Outcome | None:
    """The one outcome of a step; None when it has several."""
    outcomes = list(step.outcomes.all())
    return outcomes[0] if len(outcomes) == 1 else None


@transaction.atomic
def save_step(step: Step, draft: StepDraft) -> Step:
    """Writes a step with its outcomes and levels of approval; outcomes keep their keys. Raises `Frozen`."""
    version = locked_draft(step.version_id)
    for name, value in draft.fields.items():
        setattr(step, name, value)
    step.save()
    steps = {one.key: one for one in version.steps.all()}
    step.outcomes.all().delete()
    taken: set[str] = set()
    for order, outcome in enumerate(draft.outcomes):
        key = _outcome_key(outcome, taken, order)
        taken.add(key)
        Outcome.objects.create(
            step=step, key=key, order=order, label_zh=outcome.label_zh, label_en=outcome.label_en, ends=outcome.ends,
            next_step=None if outcome.ends else steps.get(outcome.next_key), tests=[dict(test) for test in outcome.tests],
        )  # fmt: skip
    step.levels.all().delete()
    ApprovalLevel.objects.bulk_create(
        ApprovalLevel(step=step, up_to=level.up_to, least_rank=level.least_rank) for level in draft.levels
    )
    return step


def _outcome_key(outcome: OutcomeDraft, taken: set[str], order: int) -> str:
    wanted = outcome.key or slugify(outcome.label_en)[:40] or f"outcome-{order + 1}"
    key, number = wanted, 2
    while key in taken:
        key, number = f"{wanted}-{number}", number + 1
    return key


@transaction.atomic
def move_step(step: Step, *, to: int) -> None:
    """Puts a step at a place of the list (0 the first, where runs begin). Raises `Frozen`."""
    version = locked_draft(step.version_id)
    steps = [one for one in version.steps.all() if one.pk != step.pk]
    steps.insert(max(0, min(to, len(steps))), step)
    for order, one in enumerate(steps):
        if one.order != order:
            Step.objects.filter(pk=one.pk).update(order=order)


@transaction.atomic
def remove_step(step: Step) -> None:
    """Takes a step out; where it had one outcome, what led to it leads to where that led. Raises `Frozen`."""
    version = locked_draft(step.version_id)
    only = _led_to(step)
    onward = only.next_step if only and only.next_step_id != step.pk else None
    step.entries.exclude(step=step).update(next_step=onward, ends=bool(only and only.ends))
    step.delete()
    for order, one in enumerate(version.steps.all()):
        if one.order != order:
            Step.objects.filter(pk=one.pk).update(order=order)
