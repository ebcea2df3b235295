"""How the clocks of steps name their subject, and who hears of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from lingting.kernel.procedures.models import StepRun
from lingting.kernel.timeline.registry import subject_kind


def name_of_step(pk: int) -> str:
    return names_of_steps([pk]).get(pk, str(pk))


def names_of_steps(ids: Sequence[int]) -> dict[int, str]:
    """Steps by title and what they are about: one query, and those that name the subjects."""
    passages = list(StepRun.objects.select_related("step", "run").filter(pk__in=ids))
    about: dict[str, list[int]] = {}
    for passage in passages:
        about.setdefault(passage.run.subject_kind, []).append(passage.run.subject_id)
    named = {kind: subject_kind(kind).names(pks) for kind, pks in about.items()}
    return {
        passage.pk: f"{passage.step.title} · {named[passage.run.subject_kind].get(passage.run.subject_id, passage.run.subject_id)}"
        for passage in passages
    }


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
