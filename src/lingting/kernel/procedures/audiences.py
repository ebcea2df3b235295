"""How the clocks of steps name their subject, and who hears of them."""

from __future__ import annotations

from django.urls import reverse

from lingting.kernel.procedures.models import StepRun
from lingting.kernel.timeline.registry import subject_kind


def name_of_step(pk: int) -> str:
    passage = StepRun.objects.select_related("step", "run").filter(pk=pk).first()
    if passage is None:
        return str(pk)
    return f"{passage.step.title} · {subject_kind(passage.run.subject_kind).name(passage.run.subject_id)}"


def url_of_step(pk: int) -> str:
    return reverse("procedures:step", args=[pk])


def topics_of_step(pk: int) -> tuple[str, ...]:
    """The audiences of what the run is about, and whoever has the step. One query."""
    row = StepRun.objects.filter(pk=pk).values_list("run__subject_kind", "run__subject_id", "assignee_id").first()
    if row is None:
        return ()
    about, about_id, assignee_id = row
    mine = (f"account:{assignee_id}",) if assignee_id else ()
    return (*subject_kind(about).topics(about_id), *mine)
