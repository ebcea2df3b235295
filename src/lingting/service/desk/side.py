"""The desk's own tabs beside a conversation; other apps register theirs in the same place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lingting.kernel.procedures.selectors import runs_of
from lingting.service.crm.models import Customer
from lingting.service.desk import selectors
from lingting.service.desk.models import Case
from lingting.service.desk.presenting import STATE_LOOKS
from lingting.service.desk.selectors.channels import channel_look


def case_tab(request: HttpRequest, *, case: Case, **given: Any) -> dict[str, Any]:
    """Type, priority, tags, queue, links, and what happened so far."""
    return {
        "case_types": selectors.case_types(),
        "queues": selectors.open_queues(),
        "priorities": selectors.priorities(),
        "case_tags": list(case.tags.values_list("name", flat=True)),
        "tag_suggestions": selectors.tag_names(most=100),
        "links": selectors.linked_cases(case.pk),
        "fields": selectors.fields_of_case(case),
        **_time(case.pk),
        "facts": selectors.fact_words(selectors.facts_of(case.pk)),
    }


def _time(case_id: int) -> dict[str, Any]:
    times, minutes = selectors.time_of_case(case_id)
    return {"times": times, "minutes_spent": minutes, "seconds_spent": minutes * 60}


def customer_section(request: HttpRequest, *, customer: Customer) -> dict[str, Any] | None:
    """The customer's cases on the customer's own page, for whoever works at the desk."""
    if not request.user.can("desk.view_cases"):
        return None
    return {"earlier": _openable(request, selectors.cases_of_customer(customer.pk))}


def process_tab(request: HttpRequest, *, case: Case) -> dict[str, Any] | None:
    """The procedures under way about the case; no tab where there never was one."""
    return {"case": case} if runs_of("desk.case", case.pk) else None


def history_tab(request: HttpRequest, *, case: Case, **given: Any) -> dict[str, Any]:
    """Earlier cases of the same customer, as far as the person may see them."""
    return {"earlier": _openable(request, selectors.earlier_cases(case))}


def _openable(request: HttpRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marks which cases the person may open."""
    seen = selectors.sight_of(request.user)
    for row in rows:
        row["is_open_to_me"] = seen is not None and seen.covers(assignee_id=row["assignee_id"], queue_id=row["queue_id"])
        row["look"] = STATE_LOOKS[row["state"]]
        row["channel_look"] = channel_look(row["channel"])
    return rows
