"""Moving a run to another version of its procedure, after a look at what would happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.clocks.services import Promise, cancel_clock, retarget_clock, start_clock
from lingting.kernel.procedures.checking import nodes_of
from lingting.kernel.procedures.events import RunMigrated
from lingting.kernel.procedures.graph import Stack, parallel_parts
from lingting.kernel.procedures.models import Run, RunMove, RunState, Step, StepRun, StepState, Version
from lingting.kernel.procedures.services.advancing import STEP_CLOCK, STEP_SUBJECT
from lingting.kernel.procedures.services.running import open_steps
from lingting.kernel.procedures.services.telling import acting, tell_run
from lingting.platform.refusals import Conflict, Invalid


class NotMapped(Invalid):
    """An open step has no fitting place in the other version; `details["problems"]` says which and why."""

    code = "steps_not_mapped"


class NotRunning(Conflict):
    """Only a run under way can be moved."""

    code = "run_not_running"


@dataclass(frozen=True, kw_only=True)
class MovedStep:
    """Where one open step would go. `choices` are the steps it could go to; `problem` is "" when all is well."""

    passage: StepRun
    new_step: Step | None
    choices: list[Step]
    problem: str
    old_limit: int | None
    new_limit: int | None


@dataclass(frozen=True, kw_only=True)
class MigrationPreview:
    """What moving a run would do."""

    run: Run
    version: Version
    steps: list[MovedStep]

    @property
    def is_possible(self) -> bool:
        return not any(step.problem for step in self.steps)


def preview_migration(run: Run, *, version: Version, mapping: Mapping[str, str] | None = None) -> MigrationPreview:
    """Where the open steps would go: by `mapping` (old key to new key), else to the step with the same key. Writes nothing."""
    old_stacks, _problems = parallel_parts(nodes_of(run.version))
    new_stacks, _more = parallel_parts(nodes_of(version))
    new_steps = {step.key: step for step in version.steps.all()}
    moved = []
    for passage in open_steps(run):
        wanted = _moved_stack(old_stacks.get(passage.step.key, ()), mapping or {})
        choices = [
            step for key, step in new_steps.items()
            if new_stacks.get(key) == wanted and _is_like(passage, step)
        ]  # fmt: skip
        key = (mapping or {}).get(passage.step.key) or passage.step.key
        target = new_steps.get(key)
        moved.append(
            MovedStep(
                passage=passage, new_step=target, choices=choices, problem=_problem(passage, target, choices),
                old_limit=passage.step.limit_minutes, new_limit=target.limit_minutes if target else None,
            )
        )  # fmt: skip
    return MigrationPreview(run=run, version=version, steps=moved)


def _moved_stack(stack: Stack, mapping: Mapping[str, str]) -> Stack:
    return tuple((mapping.get(fork, fork), branch) for fork, branch in stack)


def _is_like(passage: StepRun, step: Step) -> bool:
    """A waiting join can only become a join, and what somebody has open something that somebody does."""
    return step.kind == passage.step.kind if passage.state == StepState.WAITING else step.is_manned


def _problem(passage: StepRun, target: Step | None, choices: list[Step]) -> str:
    if target is None:
        return _("The new version has no such step. Choose where it goes on.")
    if target not in choices:
        return _("The step lies in another parallel part of the new version, or is of another kind. Choose another one.")
    return ""


@transaction.atomic
def migrate_run(
    run_id: int, *, version: Version, mapping: Mapping[str, str] | None = None, account: Account | None, now: datetime
) -> Run:
    """Moves a run: open steps keep who has them and what has passed of their limits. Locks the run.

    What is done stays recorded at the old steps. The same version changes nothing. Raises `NotMapped`, `NotRunning`.
    """
    run = Run.objects.select_for_update(of=("self",)).select_related("procedure", "version").get(pk=run_id)
    if run.version_id == version.pk:
        return run
    version = Version.objects.get(pk=version.pk)
    if run.state != RunState.RUNNING or version.procedure_id != run.procedure_id or version.is_draft:
        raise NotRunning(_("Only a run under way can be moved, and only to a published version of the same procedure."))
    preview = preview_migration(run, version=version, mapping=mapping)
    problems = [f"{moved.passage.step}: {moved.problem}" for moved in preview.steps if moved.problem]
    if problems:
        raise NotMapped(problems[0], problems=problems)
    used = {moved.passage.step.key: moved.new_step.key for moved in preview.steps if moved.new_step}
    _move_forks(run, version, mapping or {})
    for moved in preview.steps:
        if moved.new_step is not None:
            _move(moved.passage, moved.new_step, account=account, now=now)
    old, run.version = run.version, version
    run.save(update_fields=["version"])
    RunMove.objects.create(run=run, from_version=old, to_version=version, mapping=used, at=now, by=account)
    tell_run(RunMigrated, run, actor=acting(account), now=now, from_version=old.number, to_version=version.number, mapping=used)
    return run


def _move_forks(run: Run, version: Version, mapping: Mapping[str, str]) -> None:
    """The forks around open steps become those of the new version, so that its joins know their branches."""
    new_steps = {step.key: step for step in version.steps.all()}
    for passage in StepRun.objects.filter(run=run, branches__state__in=[StepState.OPEN, StepState.WAITING]).distinct():
        _move_fork(passage, new_steps, mapping)


def _move_fork(passage: StepRun | None, new_steps: Mapping[str, Step], mapping: Mapping[str, str]) -> None:
    while passage is not None:
        target = new_steps.get(mapping.get(passage.step.key) or passage.step.key)
        if target is not None and passage.step.version_id != target.version_id:
            StepRun.objects.filter(pk=passage.pk).update(step=target)
        passage = passage.fork


def _move(passage: StepRun, step: Step, *, account: Account | None, now: datetime) -> None:
    passage.step = step
    if passage.clock is not None and step.limit_minutes:
        passage.clock = retarget_clock(
            passage.clock.pk, promise=Promise(target_minutes=step.limit_minutes, calendar_id=step.calendar_id),
            reason=_("moved to another version"), actor=acting(account), now=now,
        )  # fmt: skip
    elif passage.clock is not None:
        cancel_clock(passage.clock.pk, actor=acting(account), now=now)
        passage.clock = None
    elif step.limit_minutes and passage.state == StepState.OPEN:
        passage.clock = start_clock(
            STEP_CLOCK, subject_kind=STEP_SUBJECT, subject_id=passage.pk, started_at=passage.started_at,
            promise=Promise(target_minutes=step.limit_minutes, calendar_id=step.calendar_id), actor=acting(account), now=now,
        )  # fmt: skip
    passage.save(update_fields=["step", "clock"])
