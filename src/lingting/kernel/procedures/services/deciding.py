"""Approving and rejecting, by rank and amount."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.procedures.access import rank_of
from lingting.kernel.procedures.events import StepDecided
from lingting.kernel.procedures.models import StepKind, StepRun, StepState
from lingting.kernel.procedures.services.advancing import Course, end_step, follow
from lingting.kernel.procedures.services.running import WrongOutcome, check_may_act, locked_step
from lingting.kernel.procedures.services.telling import tell_step
from lingting.platform.refusals import Invalid, NotPermitted


class NotOfRank(NotPermitted):
    """The amount is for a higher rank; the message names it."""

    code = "not_of_rank"


class OwnWork(NotPermitted):
    """Nobody approves what they did themselves."""

    code = "own_work"


class NoReason(Invalid):
    """A rejection says why."""

    code = "no_reason"


@transaction.atomic
def decide_step(step_run_id: int, *, is_approved: bool, note: str = "", account: Account, now: datetime) -> StepRun:
    """Approves or rejects and goes on. Locks the run.

    Raises `NotOfRank`, `OwnWork`, `NoReason`, `NotYours`, `AlreadyDone`, `WrongOutcome` for a step that is no approval.
    """
    passage = locked_step(step_run_id)
    check_may_act(passage, account)
    if passage.step.kind != StepKind.APPROVAL:
        raise WrongOutcome(_("This step is no approval."))
    if not is_approved and not note.strip():
        sentence = _("Say why you reject it, so that it can be put right.")
        raise NoReason(sentence, fields={"note": [sentence]})
    _check_rank(passage, account)
    _check_four_eyes(passage, account)
    course = Course(run=passage.run, actor=account.as_actor, now=now, account=account)
    outcome = passage.step.outcomes.select_related("next_step").get(key="approved" if is_approved else "rejected")
    end_step(passage, state=StepState.DONE, course=course, outcome=outcome.key, note=note.strip())
    tell_step(
        StepDecided, passage, run=passage.run, actor=course.actor, now=now, is_approved=is_approved,
        amount=None if passage.amount is None else f"{passage.amount:.2f}", note=note.strip()[:500],
    )  # fmt: skip
    follow(course, outcome, fork=passage.fork, branch=passage.branch)
    return passage


def needed_rank(passage: StepRun) -> int:
    """The least rank that may decide it: of the first level whose amount is enough; 0 without levels."""
    levels = list(passage.step.levels.all())
    amount = passage.amount if passage.amount is not None else Decimal(0)
    fitting = [level.least_rank for level in levels if level.up_to is None or amount <= level.up_to]
    return fitting[0] if fitting else max((level.least_rank for level in levels), default=0)


def _check_rank(passage: StepRun, account: Account) -> None:
    needed = needed_rank(passage)
    if needed and rank_of(account) < needed:
        if passage.amount is None:
            raise NotOfRank(_("This needs a position of rank %(rank)s or higher.") % {"rank": needed})
        raise NotOfRank(
            _("An amount of %(amount)s needs a position of rank %(rank)s or higher.")
            % {"amount": f"{passage.amount:,.2f}", "rank": needed}
        )


def _check_four_eyes(passage: StepRun, account: Account) -> None:
    if not passage.step.four_eyes:
        return
    before = (
        passage.run.steps.filter(state=StepState.DONE, ended_by__isnull=False, pk__lt=passage.pk)
        .exclude(step__kind=StepKind.APPROVAL)
        .order_by("-ended_at", "-pk")
        .first()
    )
    if before is not None and before.ended_by_id == account.pk:
        raise OwnWork(_("You did the step before this one yourself. Somebody else has to approve it."))
