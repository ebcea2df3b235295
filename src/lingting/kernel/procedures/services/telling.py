"""What every fact about a run has in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lingting.kernel.accounts.models import Account
from lingting.kernel.procedures.events import RunFact, StepFact
from lingting.kernel.procedures.models import Run, StepRun
from lingting.kernel.timeline.events import SYSTEM, Actor
from lingting.kernel.timeline.services import record


def acting(account: Account | None) -> Actor:
    """The actor of a fact; the house itself without an account."""
    return account.as_actor if account is not None else SYSTEM


def tell_run(fact: type[RunFact], run: Run, *, actor: Actor, now: datetime, **more: Any) -> None:
    record(
        fact(run_id=run.pk, procedure=run.procedure.key, about=run.subject_kind, about_id=run.subject_id, **more),
        actor=actor, now=now,
    )  # fmt: skip


def tell_step(fact: type[StepFact], step: StepRun, *, run: Run, actor: Actor, now: datetime, **more: Any) -> None:
    tell_run(fact, run, actor=actor, now=now, step_run_id=step.pk, step=step.step.key, assignee_id=step.assignee_id, **more)
