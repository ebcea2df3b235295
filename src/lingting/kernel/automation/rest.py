"""The API of automation, `/api/v1/automation/rules`: rules as they stand, and what each of them did."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.permissions import check_permission
from lingting.kernel.automation.models import Firing, Rule
from lingting.platform.refusals import NotFound
from lingting.platform.rest import Page, PageQuery, page, scope

router = Router(tags=["automation"])
MANAGE = "automation.manage_rules"
Number = Annotated[int, Field(ge=1, le=2**53)]


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
    _permit(request)
    return page(Rule.objects.all(), query=query, order=("order", "id"))


@router.get("/rules/{rule_id}", response=RuleOut)
@scope("automation:read")
def read_rule(request: HttpRequest, rule_id: Number) -> Rule:
    """One rule."""
    _permit(request)
    return _rule(rule_id)


@router.get("/rules/{rule_id}/firings", response=Page[FiringOut])
@scope("automation:read")
def list_firings(request: HttpRequest, rule_id: Number, query: Query[FiringFilters]) -> dict[str, Any]:
    """What a rule did, the latest first."""
    _permit(request)
    rows = Firing.objects.filter(rule=_rule(rule_id))
    return page(rows.filter(outcome=query.outcome) if query.outcome else rows, query=query, order=("-id",))


def _permit(request: HttpRequest) -> None:
    """A person needs the permission; an application was given its scope by somebody who may."""
    user = request.auth.user  # type: ignore[attr-defined]
    if isinstance(user, Account):
        check_permission(user, MANAGE)


def _rule(rule_id: int) -> Rule:
    found = Rule.objects.filter(pk=rule_id).first()
    if found is None:
        raise NotFound(_("There is no rule with this number."))
    return found
