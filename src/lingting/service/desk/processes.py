"""Cases as subjects of procedures: who has them in hand, what branches may ask, who sees their steps."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.procedures.registry import FactOffer, register_subject
from lingting.service.desk.models import Case, Priority
from lingting.service.desk.selectors.channels import channel_choices
from lingting.service.desk.selectors.sight import visible_case_ids

SUBJECT = "desk.case"


def connect() -> None:
    """Called once when the apps are ready."""
    register_subject(
        SUBJECT,
        label=_("Case"),
        name=_name,
        url=lambda case_id: reverse("desk:case", args=[case_id]),
        topics=lambda case_id: (f"case:{case_id}",),
        owner=lambda case_id: Case.objects.select_related("assignee").get(pk=case_id).assignee,
        may_see=lambda account, case_id: _may_see(account, case_id),
        facts={
            "channel": FactOffer(label=_("channel"), kind="choice", options=channel_choices()),
            "priority": FactOffer(label=_("priority"), kind="choice", options=[(str(key), label) for key, label in Priority.choices]),
            "tier_rank": FactOffer(label=_("rank of the customer's tier"), kind="number"),
        },
        read_facts=_facts,
    )


def _name(case_id: int) -> str:
    subject = Case.objects.filter(pk=case_id).values_list("subject", flat=True).first()
    return f"#{case_id} {subject or ''}".strip()


def _may_see(account: Account, case_id: int) -> bool:
    return case_id in visible_case_ids(account, [case_id])


def _facts(case_id: int) -> dict[str, Any]:
    case = Case.objects.select_related("customer__tier").get(pk=case_id)
    tier = case.customer.tier
    return {"channel": case.channel, "priority": str(case.priority), "tier_rank": tier.rank if tier else 0}
