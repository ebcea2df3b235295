"""The complaint's procedure follows what is done: a matching act ends its step."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lingting.kernel.procedures import services as procedures
from lingting.kernel.procedures.models import Procedure, Run, RunState, StepRun, StepState, VersionState
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import Refusal

PROCEDURE = "complaint"
SUBJECT = "desk.case"


def start_procedure(case_id: int, *, actor: Actor, now: datetime) -> Run | None:
    """Starts the procedure about a case; None where the centre has none published."""
    is_ready = Procedure.objects.filter(key=PROCEDURE, versions__state=VersionState.PUBLISHED).exists()
    if not is_ready:
        return None
    return procedures.start_run(PROCEDURE, subject_kind=SUBJECT, subject_id=case_id, actor=actor, now=now)


def finish_step(case_id: int, *, step: str, outcome: str = "", actor: Actor, now: datetime) -> bool:
    """Ends an open step of the case's run; False where none is open or the centre changed the step so that it does not fit.

    The act itself was permitted already, so the step is ended in the actor's name without asking whose it is.
    """
    passage = StepRun.objects.filter(
        run__procedure__key=PROCEDURE, run__subject_kind=SUBJECT, run__subject_id=case_id, run__state=RunState.RUNNING,
        state=StepState.OPEN, step__key=step,
    ).first()  # fmt: skip
    if passage is None:
        return False
    try:
        with transaction.atomic():
            procedures.complete_step(passage.pk, outcome=outcome, account=None, actor=actor, now=now)
    except Refusal:
        return False
    return True


def end_procedure(case_id: int, *, actor: Actor, now: datetime) -> None:
    """Ends what is still open of the run when the complaint is closed before its last step."""
    runs = Run.objects.filter(
        procedure__key=PROCEDURE, subject_kind=SUBJECT, subject_id=case_id, state=RunState.RUNNING
    ).values_list("pk", flat=True)  # fmt: skip
    for run_id in runs:
        procedures.cancel_run(run_id, reason="closed", account=None, actor=actor, now=now)
