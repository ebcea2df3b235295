"""Runs of procedures in other apps' screens, and pieces of the pages of procedures."""

from __future__ import annotations

from typing import Any
from unicodedata import east_asian_width

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from lingting.kernel.procedures import selectors
from lingting.kernel.procedures.access import may_act
from lingting.kernel.procedures.models import Step, StepKind, StepState
from lingting.kernel.procedures.registry import Reference, references_of

register = template.Library()
_markdown = MarkdownIt("commonmark", {"html": False})
_ICONS = {
    StepKind.TASK: "list-check", StepKind.APPROVAL: "user-check", StepKind.DECISION: "git-fork", StepKind.FORK: "arrows-split",
    StepKind.JOIN: "arrows-join",
}  # fmt: skip
_STATES = {
    StepState.DONE: ("ready", "circle-check"), StepState.SKIPPED: ("idle", "player-skip-forward"),
    StepState.CANCELLED: ("idle", "circle-x"), StepState.OPEN: ("ours", "circle-dot"), StepState.WAITING: ("idle", "hourglass"),
}  # fmt: skip


@register.inclusion_tag("procedures/_runs.html", takes_context=True)
def procedure_runs(context: dict[str, Any], subject_kind: str, subject_id: int) -> dict[str, Any]:
    """Every run about a subject: who does what by when, and what comes next. For a tab or card of the subject's page."""
    now, request = timezone.now(), context["request"]
    shown = [selectors.shown_run(run, now=now) for run in selectors.runs_of(subject_kind, subject_id)]
    mine = {one.passage.pk for run in shown for one in run.open if may_act(request.user, one.passage)}
    return {"runs": shown, "mine": mine, "request": request, "csrf_token": context.get("csrf_token")}


@register.filter
def step_icon(step: Step) -> str:
    return _ICONS[StepKind(step.kind)]


@register.filter
def state_look(state: str) -> str:
    return _STATES[StepState(state)][0]


@register.filter
def state_icon(state: str) -> str:
    return _STATES[StepState(state)][1]


@register.filter
def within(words: str, room: int) -> str:
    """Words cut to so many Latin letters' width, a Chinese character counting as two; cut ones end in an ellipsis."""
    left = room
    for place, sign in enumerate(words):
        left -= 2 if east_asian_width(sign) in "WF" else 1
        if left < 0:
            return words[:place].rstrip() + "…"
    return words


@register.filter
def as_text(markdown: str) -> SafeString:
    """Markdown as HTML; raw HTML in it is shown as text, links to scripts are not made."""
    return mark_safe(_markdown.render(markdown))


@register.filter
def references(step: Step) -> list[Reference]:
    return references_of(step.knowledge)


@register.filter
def test_place(test: dict[str, Any]) -> str:
    """Where a condition's value comes from, as the editor names it."""
    return f"{test.get('of', 'answer')}|{test.get('step', '')}|{test.get('key', '')}" if test else ""
