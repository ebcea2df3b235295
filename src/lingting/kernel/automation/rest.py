"""The API of automation, `/api/v1/automation/rules`: rules as they stand, and what each of them did."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from lingting.kernel.accounts.permissions import check_caller
from lingting.kernel.automation.models import Firing, Rule
from lingting.platform.refusals import NotFound
from lingting.platform.rest import Number, Page, PageQuery, page, scope

router = Router(tags=["automation"])
MANAGE = "automation.manage_rules"


class RuleOut(Schema):
    """A rule; `conditions` holds `all` and `any`, `actions` are done in order. `paused_at` is null while it works."""

    id: int
    name_zh: str
    name_en: str
    subject_type: str
    whens: list[str]
    conditions: dict[str, Any]
    actions: list[dict[str, Any]]
    order: int
    stops: bool
    is_active: bool
    changed_at: datetime
    paused_at: datetime | None
    paused_reason: str


class FiringOut(Schema):
    """A rule answered a fact: `outcome` is done, refused or failed, `message` says why not."""

    id: int
    when: str
    subject_type: str
    subject_id: int
    depth: int
    outcome: str
    message: str
    fired_at: datetime


class FiringFilters(PageQuery):
    outcome: Literal["", "done", "refused", "failed"] = ""


@router.get("/rules", response=Page[RuleOut])
@scope("automation:read")
def list_rules(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Every rule, in the order in which they look."""
    check_caller(request, MANAGE)
    return page(Rule.objects.all(), query=query, order=("order", "id"))


@router.get("/rules/{rule_id}", response=RuleOut)
@scope("automation:read")
def read_rule(request: HttpRequest, rule_id: Number) -> Rule:
    """One rule."""
    check_caller(request, MANAGE)
    return _rule(rule_id)


@router.get("/rules/{rule_id}/firings", response=Page[FiringOut])
@scope("automation:read")
def list_firings(request: HttpRequest, rule_id: Number, query: Query[FiringFilters]) -> dict[str, Any]:
    """What a rule did, the latest first."""
    check_caller(request, MANAGE)
    rows = Firing.objects.filter(rule=_rule(rule_id))
    return page(rows.filter(outcome=query.outcome) if query.outcome else rows, query=query, order=("-id",))


def _rule(rule_id: int) -> Rule:
    found = Rule.objects.filter(pk=rule_id).first()
    if found is None:
        raise NotFound(_("There is no rule with this number."))
    return found
