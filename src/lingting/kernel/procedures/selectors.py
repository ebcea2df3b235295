"""Reading procedures: lists, runs, one's own steps, readings, and how long steps take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.selectors import Standing, standing
from lingting.kernel.organisation.models import Employee
from lingting.kernel.organisation.registry import Holding
from lingting.kernel.organisation.selectors import account_ids_within
from lingting.kernel.procedures.models import Procedure, Reading, Run, RunState, Step, StepRun, StepState, Version, VersionState
from lingting.kernel.timeline.registry import SubjectKind, subject_kind


def published_version(key: str) -> Version | None:
    """The version that runs of a procedure start by."""
    return Version.objects.select_related("procedure").filter(procedure__key=key, state=VersionState.PUBLISHED).first()


def procedures_in_use() -> QuerySet[Procedure]:
    """All procedures with their published version and draft at hand, and how many runs are under way."""
    living = Version.objects.filter(state__in=[VersionState.PUBLISHED, VersionState.DRAFT]).annotate(
        asked=Count("readings"), confirmed=Count("readings", filter=Q(readings__confirmed_at__isnull=False)),
    )  # fmt: skip
    return (
        Procedure.objects.select_related("owner")
        .prefetch_related(Prefetch("versions", queryset=living, to_attr="living_versions"))
        .annotate(running=Count("runs", filter=Q(runs__state=RunState.RUNNING)))
        .order_by("name_zh", "id")
    )


def runs_of(subject_kind: str, subject_id: int) -> QuerySet[Run]:
    """Every run about a subject, those under way first."""
    return (
        Run.objects.select_related("procedure", "version", "started_by")
        .filter(subject_kind=subject_kind, subject_id=subject_id)
        .order_by("ended_at", "-pk")
    )


def running_runs(subject_kind: str, ids: Iterable[int]) -> dict[int, list[StepRun]]:
    """The open steps of many subjects by subject id, for a list: one query."""
    rows = (
        _with_step()
        .filter(run__subject_kind=subject_kind, run__subject_id__in=list(ids), run__state=RunState.RUNNING, state=StepState.OPEN)
        .order_by("clock__due_at", "pk")
    )
    found: dict[int, list[StepRun]] = {}
    for passage in rows:
        found.setdefault(passage.run.subject_id, []).append(passage)
    return found


def _with_step() -> QuerySet[StepRun]:
    return StepRun.objects.select_related(
        "step__version", "run__procedure", "run__version", "assignee", "role", "team", "ended_by", "clock__kind", "clock__calendar",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ShownStep:
    """A passage as screens show it."""

    passage: StepRun
    clock: Standing | None
    outcome_label: str = ""
    subject: SubjectKind | None = None

    @property
    def subject_name(self) -> str:
        return self.subject.name(self.passage.run.subject_id) if self.subject else ""

    @property
    def subject_url(self) -> str:
        return self.subject.url(self.passage.run.subject_id) if self.subject else ""


@dataclass(frozen=True, kw_only=True)
class ShownRun:
    """A run: what was done, what is open, what may come next."""

    run: Run
    done: list[ShownStep]
    open: list[ShownStep]
    waiting: list[ShownStep]
    ahead: list[Step] = field(default_factory=list)


def shown_run(run: Run, *, now: datetime) -> ShownRun:
    """A run with its passages and the steps that can come: three queries."""
    passages = list(_with_step().filter(run=run).prefetch_related("step__outcomes").order_by("started_at", "pk"))
    shown = [_shown(passage, now=now) for passage in passages]
    manned = [one for one in shown if one.passage.step.is_manned]
    return ShownRun(
        run=run,
        done=[one for one in manned if one.passage.state in (StepState.DONE, StepState.SKIPPED, StepState.CANCELLED)],
        open=[one for one in manned if one.passage.state == StepState.OPEN],
        waiting=[one for one in shown if one.passage.state == StepState.WAITING],
        ahead=_ahead(run, passages),
    )  # fmt: skip


def _shown(passage: StepRun, *, now: datetime) -> ShownStep:
    label = next((one.label for one in passage.step.outcomes.all() if one.key == passage.outcome), "")
    clock = standing(passage.clock, now=now) if passage.clock is not None else None
    return ShownStep(passage=passage, clock=clock, outcome_label=label, subject=subject_kind(passage.run.subject_kind))


def _ahead(run: Run, passages: list[StepRun]) -> list[Step]:
    """The steps that can follow what is open, nearest first, each once, those that were passed left out."""
    if run.state != RunState.RUNNING:
        return []
    steps = {step.pk: step for step in run.version.steps.prefetch_related("outcomes")}
    passed = {passage.step_id for passage in passages}
    waiting = [passage.step_id for passage in passages if passage.state in (StepState.OPEN, StepState.WAITING)]
    found: list[Step] = []
    seen = set(waiting)
    while waiting:
        step = steps.get(waiting.pop(0))
        if step is None:
            continue
        for outcome in step.outcomes.all():
            onward = outcome.next_step_id
            if onward is not None and onward not in seen:
                seen.add(onward)
                waiting.append(onward)
                if onward in steps and onward not in passed and steps[onward].is_manned:
                    found.append(steps[onward])
    return found


def steps_for(account: Account, *, now: datetime, only_mine: bool = False) -> list[ShownStep]:
    """What is open for somebody: their own steps, and those of their roles and team that nobody has; most urgent first."""
    mine = Q(assignee=account)
    if not only_mine:
        team_id = Employee.objects.filter(account=account).values_list("team_id", flat=True).first()
        mine |= Q(assignee=None, role__grants__account=account)
        if team_id is not None:
            mine |= Q(assignee=None, team_id__in=_teams_above(team_id))
    rows = _with_step().prefetch_related("step__outcomes").filter(mine, state=StepState.OPEN).distinct()
    return [_shown(passage, now=now) for passage in rows.order_by("clock__due_at", "pk")[:300]]


_ABOVE = """
    WITH RECURSIVE above AS (
        SELECT id, parent_id FROM organisation_team WHERE id = %s
        UNION SELECT team.id, team.parent_id FROM organisation_team team JOIN above ON team.id = above.parent_id
    ) SELECT id FROM above
"""


def _teams_above(team_id: int) -> list[int]:
    """The team and those it belongs to: a step of a department is for everybody in its teams."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [team_id])
        return [row[0] for row in cursor.fetchall()]


def my_open_count(account: Account) -> int:
    """How many steps somebody has in hand; one indexed count."""
    return StepRun.objects.filter(assignee=account, state=StepState.OPEN).count()


def held_steps(account: Account) -> Holding | None:
    """What somebody who leaves still has."""
    count = my_open_count(account)
    return Holding(label=_("Steps of procedures"), count=count, url=reverse("procedures:open-steps")) if count else None


def open_steps_within(account: Account, *, now: datetime) -> list[ShownStep]:
    """Every open step that a supervisor may pass on, most urgent first."""
    reach = account.reach_of("procedures.manage_runs")
    if reach is None:
        return []
    ids = account_ids_within(account, reach)
    rows = _with_step().prefetch_related("step__outcomes").filter(state=StepState.OPEN)
    if ids is not None:
        rows = rows.filter(Q(assignee_id__in=ids) | Q(assignee=None))
    return [_shown(passage, now=now) for passage in rows.order_by("clock__due_at", "pk")[:300]]


def readings_to_do(account: Account) -> QuerySet[Reading]:
    """The published versions somebody still has to read."""
    return (
        Reading.objects.select_related("version__procedure")
        .filter(account=account, confirmed_at=None, version__state=VersionState.PUBLISHED)
        .order_by("asked_at", "pk")
    )


def readings_of(version: Version) -> QuerySet[Reading]:
    """Who was asked to read a version: those who have not confirmed first."""
    return (
        Reading.objects.select_related("account__employee__team").filter(version=version).order_by("confirmed_at", "account_id")
    )


@dataclass(frozen=True, kw_only=True)
class StepFigures:
    """How long a step took in a period: wall time from start to end, in seconds. None where nothing was measured.

    `late_share` (0-1) is of the passages with a limit, `timed` many; `count` all that were done.
    """

    step_key: str
    title: str
    count: int
    skipped: int
    median_seconds: float | None
    p90_seconds: float | None
    timed: int
    late_share: float | None

    @property
    def late_text(self) -> str:
        """The late share as a per cent without decimals."""
        return "" if self.late_share is None else f"{self.late_share:.0%}"


_FIGURES = """
    SELECT step.key,
           count(*) FILTER (WHERE passage.state = 'done'),
           count(*) FILTER (WHERE passage.state = 'skipped'),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM passage.ended_at - passage.started_at))
               FILTER (WHERE passage.state = 'done'),
           percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM passage.ended_at - passage.started_at))
               FILTER (WHERE passage.state = 'done'),
           count(clock.id) FILTER (WHERE passage.state = 'done'),
           count(clock.id) FILTER (WHERE passage.state = 'done' AND clock.breached_at IS NOT NULL)
    FROM procedures_steprun passage
    JOIN procedures_step step ON step.id = passage.step_id
    JOIN procedures_version version ON version.id = step.version_id
    LEFT JOIN clocks_clock clock ON clock.id = passage.clock_id
    WHERE version.procedure_id = %s AND step.kind IN ('task', 'approval')
      AND passage.ended_at >= %s AND passage.ended_at < %s
    GROUP BY step.key
"""


def step_figures(procedure: Procedure, *, since: datetime, until: datetime) -> list[StepFigures]:
    """Use and delay per step over all versions, in the order of the newest one. Half-open period; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [procedure.pk, since, until])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    titles = _titles(procedure)
    ordered = [key for key in titles if key in rows]
    return [_figures(key, titles[key], rows[key]) for key in ordered]


def _titles(procedure: Procedure) -> dict[str, str]:
    """Step keys with their titles: of the newest version first, then those only older ones have."""
    titles: dict[str, str] = {}
    for step in Step.objects.filter(version__procedure=procedure).order_by("-version__number", "order"):
        titles.setdefault(step.key, step.title)
    return titles


def _figures(key: str, title: str, row: tuple[Any, ...]) -> StepFigures:
    count, skipped, median, p90, timed, late = row
    return StepFigures(
        step_key=key, title=title, count=count, skipped=skipped, median_seconds=None if median is None else float(median),
        p90_seconds=None if p90 is None else float(p90), timed=timed, late_share=late / timed if timed else None,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RunFigures:
    """Runs of a procedure in a period: begun, finished, cancelled, and the median time of those that finished."""

    started: int
    finished: int
    cancelled: int
    running: int
    median_seconds: float | None


_RUNS = """
    SELECT count(*) FILTER (WHERE started_at >= %(since)s AND started_at < %(until)s),
           count(*) FILTER (WHERE state = 'done' AND ended_at >= %(since)s AND ended_at < %(until)s),
           count(*) FILTER (WHERE state = 'cancelled' AND ended_at >= %(since)s AND ended_at < %(until)s),
           count(*) FILTER (WHERE state = 'running'),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - started_at))
               FILTER (WHERE state = 'done' AND ended_at >= %(since)s AND ended_at < %(until)s)
    FROM procedures_run WHERE procedure_id = %(procedure)s
"""


def run_figures(procedure: Procedure, *, since: datetime, until: datetime) -> RunFigures:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, {"procedure": procedure.pk, "since": since, "until": until})
        started, finished, cancelled, running, median = cursor.fetchone()
    return RunFigures(
        started=started, finished=finished, cancelled=cancelled, running=running,
        median_seconds=None if median is None else float(median),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a run is about, as a screen names it."""

    label: str
    name: str
    url: str


def subject_of(run: Run) -> Subject:
    kind = subject_kind(run.subject_kind)
    return Subject(label=str(kind.label), name=kind.name(run.subject_id), url=kind.url(run.subject_id))


def written_steps(version: Version) -> list[Step]:
    """The steps of a version as they are read: with owner, form, outcomes and levels. Four queries."""
    return list(
        version.steps.select_related("role", "team", "person", "calendar", "form__questionnaire")
        .prefetch_related("outcomes__next_step", "levels")
        .order_by("order", "id")
    )
