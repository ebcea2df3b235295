"""Who may act at a step, and how many ranks somebody has."""

from __future__ import annotations

from lingting.kernel.accounts.models import Account
from lingting.kernel.organisation.models import Employee
from lingting.kernel.organisation.selectors import account_ids_within, team_ids_below
from lingting.kernel.procedures.models import OwnerKind, StepRun
from lingting.kernel.timeline.registry import subject_kind

MANAGE_RUNS = "procedures.manage_runs"


def may_act(account: Account, passage: StepRun) -> bool:
    """Whoever has the step; while nobody has it, everybody of its role or team; supervisors within their reach."""
    if passage.assignee_id == account.pk:
        return True
    if passage.assignee_id is None and _is_of_its_group(account, passage):
        return True
    reach = account.reach_of(MANAGE_RUNS)
    if reach is None:
        return False
    ids = account_ids_within(account, reach)
    return ids is None or passage.assignee_id is None or passage.assignee_id in ids


def _is_of_its_group(account: Account, passage: StepRun) -> bool:
    if passage.role_id is not None:
        return account.grants.filter(role_id=passage.role_id).exists()
    if passage.team_id is not None:
        return Employee.objects.filter(account=account, team_id__in=team_ids_below([passage.team_id])).exists()
    if passage.step.owner_kind == OwnerKind.RANK:
        return rank_of(account) > 0
    return passage.step.owner_kind == OwnerKind.SUBJECT and may_see(account, passage)


def may_see(account: Account, passage: StepRun) -> bool:
    """Whoever may act, and whoever may see what the run is about."""
    return subject_kind(passage.run.subject_kind).may_see(account, passage.run.subject_id)


def rank_of(account: Account) -> int:
    """The rank of somebody's position; 0 without one."""
    return Employee.objects.filter(account=account).values_list("position__rank", flat=True).first() or 0
