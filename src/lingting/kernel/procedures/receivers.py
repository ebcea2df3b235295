"""Whoever gets a step is told in the bell, and told again when its time runs out."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.events import ClockBreached, ClockWarned
from lingting.kernel.notices.services import tell
from lingting.kernel.procedures.events import StepReassigned, StepStarted
from lingting.kernel.procedures.models import StepRun
from lingting.kernel.timeline.events import Actor, receives
from lingting.kernel.timeline.registry import subject_kind

STEP_SUBJECT = "procedures.step_run"
LAST_WARNING = 0.8


@receives(StepStarted, StepReassigned)
def tell_the_new_owner(fact: StepStarted | StepReassigned, actor: Actor, now: datetime) -> None:
    if fact.assignee_id is not None and fact.assignee_id != actor.id:
        _tell(fact.step_run_id, code="procedures.step_given", level="info", now=now)


@receives(ClockWarned)
def tell_of_the_last_warning(fact: ClockWarned, actor: Actor, now: datetime) -> None:
    if fact.about == STEP_SUBJECT and fact.share >= LAST_WARNING:
        _tell(fact.about_id, code="procedures.step_warned", level="warning", now=now)


@receives(ClockBreached)
def tell_that_it_is_late(fact: ClockBreached, actor: Actor, now: datetime) -> None:
    if fact.about == STEP_SUBJECT:
        _tell(fact.about_id, code="procedures.step_late", level="breach", now=now)


def _tell(step_run_id: int, *, code: str, level: str, now: datetime) -> None:
    """One notice to whoever has the step; a step that nobody has is shown on the lists of its role or team."""
    passage = StepRun.objects.select_related("step", "run", "assignee").filter(pk=step_run_id, assignee__isnull=False).first()
    if passage is None or passage.assignee is None:
        return
    owner: Account = passage.assignee
    in_chinese = owner.language.startswith("zh")
    title = passage.step.title_zh if in_chinese else passage.step.title_en or passage.step.title_zh
    subject = subject_kind(passage.run.subject_kind).name(passage.run.subject_id)
    tell(
        owner, code=code, params={"step": title, "subject": subject}, url=reverse("procedures:step", args=[passage.pk]),
        level=level, now=now,
    )  # fmt: skip
