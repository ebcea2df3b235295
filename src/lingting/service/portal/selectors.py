"""Reads of the portal: a customer's own cases, and of each what was said to them and how far it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lingting.kernel.clocks.selectors import Standing, clocks_of
from lingting.kernel.procedures.models import RunState
from lingting.kernel.procedures.selectors import runs_of, shown_run
from lingting.service.desk.models import Attachment, Case, CaseState, Message, MessageKind
from lingting.service.portal.models import Pass
from lingting.service.portal.services.speaking import rateable, takes_words
from lingting.service.workorders.selectors import PublicProgress, progress_of

PUBLIC_KINDS = (MessageKind.CUSTOMER, MessageKind.AGENT, MessageKind.BOT)
PROMISES = ("first-answer", "next-answer", "resolution")
MOST_CASES, MOST_MESSAGES = 100, 300


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A line of the customer's list: the case, and when something is promised (None: nothing runs)."""

    case: Case
    promised: Standing | None

    @property
    def is_closed(self) -> bool:
        return self.case.state == CaseState.CLOSED

    @property
    def stands_at(self) -> str:
        """closed, ours (we owe an answer), yours (the customer does), going: what the customer wants to know first."""
        if self.is_closed:
            return "closed"
        if self.case.waiting_since_at is not None:
            return "ours"
        return "yours" if self.case.state == CaseState.WAITING else "going"


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """A step as the customer sees it: `state` is done, now or next; one under way with the moment it is promised for."""

    title: str
    state: str
    ended_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShownCase:
    """Everything a case's page shows to its customer."""

    own: OwnCase
    messages: list[dict[str, Any]]
    steps: list[ProgressStep]
    elsewhere: list[PublicProgress]
    takes_words: bool
    may_rate: bool


def own_cases(found: Pass, *, now: datetime) -> list[OwnCase]:
    """The cases a pass opens, latest first; work orders and merged ones are no cases of their own. Two queries."""
    rows = Case.objects.select_related("queue", "type").filter(customer_id=found.customer.pk, parent=None, merged_into=None)
    if found.case_id is not None:
        rows = rows.filter(pk=found.case_id)
    cases = list(rows.order_by("-active_at", "-id")[:MOST_CASES])
    promised = clocks_of("desk.case", [case.pk for case in cases], now=now, kinds=PROMISES)
    return [OwnCase(case, _next(promised.get(case.pk, []))) for case in cases]


def shown_case(case: Case, *, now: datetime) -> ShownCase:
    """A case for its customer: public words with their files, progress, promises. Never notes, whispers or system lines."""
    promised = clocks_of("desk.case", [case.pk], now=now, kinds=PROMISES).get(case.pk, [])
    return ShownCase(
        OwnCase(case, _next(promised)), public_messages(case.pk), progress_steps(case.pk, now=now), progress_of(case.pk, now=now),
        takes_words(case, now=now), rateable(case) is not None,
    )  # fmt: skip


def public_messages(case_id: int) -> list[dict[str, Any]]:
    """What customer and centre said to each other, oldest first, with files."""
    rows = Message.objects.filter(case_id=case_id, kind__in=PUBLIC_KINDS).order_by("-id")
    found = list(rows.values("id", "kind", "text", "created_at", "author__display_name")[:MOST_MESSAGES])[::-1]
    files: dict[int, list[Any]] = defaultdict(list)
    for one in Attachment.objects.filter(message_id__in=[row["id"] for row in found]).select_related("file").order_by("id"):
        files[one.message_id].append(one.file)
    return [{**row, "files": files[row["id"]]} for row in found]


def progress_steps(case_id: int, *, now: datetime) -> list[ProgressStep]:
    """The steps that customers may read of, of the procedure under way (the latest when none runs), each title once in their order."""
    runs = list(runs_of("desk.case", case_id).exclude(state=RunState.CANCELLED))
    run = next((one for one in runs if one.state == RunState.RUNNING), runs[0] if runs else None)
    if run is None:
        return []
    shown = shown_run(run, now=now)
    steps: dict[str, ProgressStep] = {}
    for one in shown.done:
        _put(steps, ProgressStep(one.passage.step.public_title, "done", ended_at=one.passage.ended_at))
    for one in shown.open:
        _put(steps, ProgressStep(one.passage.step.public_title, "now", due_at=one.clock.due_at if one.clock else None))
    for step in shown.ahead:
        if step.public_title not in steps:
            _put(steps, ProgressStep(step.public_title, "next"))
    return list(steps.values())


def _put(steps: dict[str, ProgressStep], step: ProgressStep) -> None:
    if step.title:
        steps[step.title] = step


def _next(standings: list[Standing]) -> Standing | None:
    """The promise that falls due first."""
    running = [one for one in standings if one.due_at is not None and one.look != "paused"]
    return min(running, key=lambda one: (one.due_at is None, one.due_at), default=None)
