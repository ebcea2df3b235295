"""Compensation: proposed, approved by somebody whose limit covers it and who did not propose it, given."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Grant
from lingting.kernel.notices.services import tell as notify
from lingting.kernel.organisation.models import Employee
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, Invalid, NotFound, NotPermitted
from lingting.service.complaints.events import CompensationDecided, CompensationGranted, CompensationProposed
from lingting.service.complaints.models import (
    Compensation,
    CompensationItem,
    CompensationLimit,
    CompensationState,
    Complaint,
)
from lingting.service.complaints.services.locking import locked_open_complaint, required
from lingting.service.complaints.services.steps import finish_step

APPROVE = "complaints.approve_compensation"
COUNTED = (CompensationState.PROPOSED, CompensationState.APPROVED, CompensationState.GRANTED)
_MOST_TOLD = 5


class BadCompensation(Invalid):
    """The item or the amount does not fit; `details["fields"]` says which."""

    code = "bad_compensation"


class AlreadyDecided(Conflict):
    """Somebody decided first; the message says who and how."""

    code = "compensation_already_decided"


class OwnProposal(NotPermitted):
    """Nobody approves what they proposed themselves."""

    code = "own_proposal"


class BeyondLimit(NotPermitted):
    """The complaint's compensation lies above what the person may decide."""

    code = "beyond_limit"


def limit_of(account: Account) -> Decimal:
    """How much a person may decide for one complaint: the most that one of their roles or their position allows, else 0."""
    roles = Grant.objects.filter(account=account).values("role_id")
    position = Employee.objects.filter(account=account).values_list("position_id", flat=True).first()
    fitting = Q(role_id__in=roles) | Q(position_id=position) if position else Q(role_id__in=roles)
    found = CompensationLimit.objects.filter(fitting).order_by("-amount").values_list("amount", flat=True).first()
    return found if found is not None else Decimal(0)


def total_of(complaint: Complaint) -> Decimal:
    """What all compensation of a complaint comes to, without the rejected."""
    found = complaint.compensations.filter(state__in=COUNTED).aggregate(total=Sum("amount"))["total"]
    return found or Decimal(0)


@transaction.atomic
def propose_compensation(
    complaint_id: int, *, item_id: int, reason: str, account: Account, now: datetime, amount: Decimal | None = None,
    quantity: int = 1,
) -> Compensation:  # fmt: skip
    """Proposes something of the catalogue. Approved at once when the complaint's total stays within the proposer's own limit.

    Otherwise the nearest leaders whose limit covers get a notice. Locks the complaint. Raises `BadCompensation`,
    `ComplaintIsClosed`.
    """
    complaint = locked_open_complaint(complaint_id)
    item = CompensationItem.objects.filter(pk=item_id, is_active=True).first()
    if item is None:
        raise BadCompensation(_("Choose from the catalogue."), fields={"item": [_("Choose from the catalogue.")]})
    worth = _checked_amount(complaint, item, amount=amount, quantity=quantity)
    is_approved = total_of(complaint) + worth <= limit_of(account)
    made = Compensation.objects.create(
        complaint=complaint, item=item, quantity=quantity, amount=worth, reason=required(reason, field="reason", most=300),
        state=CompensationState.APPROVED if is_approved else CompensationState.PROPOSED, proposed_by=account, proposed_at=now,
        decided_at=now if is_approved else None,
    )  # fmt: skip
    fact = CompensationProposed(
        case_id=complaint.case_id, complaint_id=complaint.pk, compensation_id=made.pk, item=item.name_zh, amount=f"{worth:.2f}",
        is_approved=is_approved,
    )  # fmt: skip
    record(fact, actor=account.as_actor, now=now)
    if not is_approved:
        _ask_approvers(made, total=total_of(complaint), now=now)
    return made


@transaction.atomic
def decide_compensation(
    compensation_id: int, *, is_approved: bool, account: Account, now: datetime, note: str = ""
) -> Compensation:
    """Approves or rejects. Of two who decide at once one wins, the other is told who was first (`AlreadyDecided`).

    Raises `OwnProposal`, `BeyondLimit`, `BadCompensation` (a rejection without a reason), `ComplaintIsClosed`.
    """
    found = _locked(compensation_id)
    complaint = found.complaint
    if found.state != CompensationState.PROPOSED:
        raise AlreadyDecided(_sentence_of(found))
    if found.proposed_by_id == account.pk:
        raise OwnProposal(_("You proposed this yourself: somebody else has to decide."))
    limit = limit_of(account)
    if is_approved and total_of(complaint) > limit:
        words = {"total": f"{total_of(complaint):.2f}", "limit": f"{limit:.2f}"}
        raise BeyondLimit(_("All compensation of this complaint comes to %(total)s; you may decide up to %(limit)s.") % words)
    if not is_approved and not note.strip():
        raise BadCompensation(_("Say why it is rejected."), fields={"note": [_("Say why it is rejected.")]})
    found.state = CompensationState.APPROVED if is_approved else CompensationState.REJECTED
    found.decided_by, found.decided_at, found.decision_note = account, now, note.strip()[:300]
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    fact = CompensationDecided(
        case_id=complaint.case_id, complaint_id=complaint.pk, compensation_id=found.pk, item=found.item.name_zh,
        amount=f"{found.amount:.2f}", is_approved=is_approved, note=found.decision_note,
    )  # fmt: skip
    record(fact, actor=account.as_actor, now=now)
    code = "complaints.approved" if is_approved else "complaints.rejected"
    params = {"case": complaint.case_id, "item": found.item.name_zh, "amount": f"{found.amount:.2f}", "name": account.display_name}
    notify(found.proposed_by, code=code, params=params, url=f"/desk/cases/{complaint.case_id}/", now=now)
    return found


@transaction.atomic
def grant_compensation(compensation_id: int, *, account: Account, now: datetime) -> Compensation:
    """Notes that the customer has got it; its amount counts as cost from now. Raises `AlreadyDecided` unless approved."""
    found = _locked(compensation_id)
    if found.state != CompensationState.APPROVED:
        raise AlreadyDecided(_sentence_of(found))
    found.state, found.granted_by, found.granted_at = CompensationState.GRANTED, account, now
    found.save(update_fields=["state", "granted_by", "granted_at"])
    complaint = found.complaint
    fact = CompensationGranted(
        case_id=complaint.case_id, complaint_id=complaint.pk, compensation_id=found.pk, item=found.item.name_zh,
        amount=f"{found.amount:.2f}",
    )  # fmt: skip
    record(fact, actor=account.as_actor, now=now)
    waits = complaint.compensations.filter(state__in=[CompensationState.PROPOSED, CompensationState.APPROVED]).exists()
    if not waits:
        finish_step(complaint.case_id, step="compensate", actor=account.as_actor, now=now)
    return found


def _locked(compensation_id: int) -> Compensation:
    """A compensation with its complaint's row locked first: two who decide meet there."""
    complaint_id = Compensation.objects.filter(pk=compensation_id).values_list("complaint_id", flat=True).first()
    if complaint_id is None:
        raise NotFound(_("This compensation does not exist any more."))
    complaint = locked_open_complaint(complaint_id)
    found = Compensation.objects.select_related("item", "proposed_by", "decided_by").get(pk=compensation_id)
    found.complaint = complaint
    return found


def _checked_amount(complaint: Complaint, item: CompensationItem, *, amount: Decimal | None, quantity: int) -> Decimal:
    if not 1 <= quantity <= 99:
        raise BadCompensation(_("Between 1 and 99 pieces."), fields={"quantity": [_("Between 1 and 99 pieces.")]})
    worth = item.unit_cost * quantity if item.unit_cost is not None else amount
    if worth is None or not worth.is_finite() or worth < 0:
        raise BadCompensation(_("Enter the amount."), fields={"amount": [_("Enter the amount.")]})
    worth = worth.quantize(Decimal("0.01"))
    given = complaint.compensations.filter(item=item, state__in=COUNTED).aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if item.most_amount is not None and given + worth > item.most_amount:
        sentence = _("“%(item)s” goes up to %(most)s for one complaint.") % {"item": item.name, "most": f"{item.most_amount:.2f}"}
        raise BadCompensation(sentence, fields={"amount": [sentence]})
    return worth


def _sentence_of(found: Compensation) -> str:
    who = found.decided_by.display_name if found.decided_by else found.proposed_by.display_name
    return _("%(state)s by %(who)s. Load the page again.") % {"state": found.get_state_display(), "who": who}


def _ask_approvers(made: Compensation, *, total: Decimal, now: datetime) -> None:
    for person in approvers_of(made, total=total)[:_MOST_TOLD]:
        params = {
            "case": made.complaint.case_id, "item": made.item.name_zh, "amount": f"{made.amount:.2f}",
            "name": made.proposed_by.display_name,
        }  # fmt: skip
        url = f"/desk/cases/{made.complaint.case_id}/"
        notify(person, code="complaints.approval", params=params, url=url, level="warning", now=now)


def approvers_of(made: Compensation, *, total: Decimal) -> list[Account]:
    """Who may decide it, nearest first: the leaders above the proposer, else everybody whose permission and limit allow it."""
    employee = Employee.objects.select_related("team").filter(account_id=made.proposed_by_id).first()
    team = employee.team if employee else None
    while team is not None:
        leader = team.leader.account if team.leader else None
        if leader is not None and leader.pk != made.proposed_by_id and leader.can(APPROVE) and limit_of(leader) >= total:
            return [leader]
        team = team.parent
    others = Account.objects.filter(is_active=True, grants__role__permissions__contains=[APPROVE]).distinct()
    return [one for one in others.exclude(pk=made.proposed_by_id).order_by("pk")[:50] if limit_of(one) >= total]
