"""Whole searches: their cases for acts and exports, and what became of an act on many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count

from lingting.kernel.accounts.models import Account
from lingting.platform.refusals import NotFound
from lingting.service.desk.models import BulkAct, BulkItem, BulkOutcome
from lingting.service.desk.selectors.finding import found_ids
from lingting.service.desk.selectors.inbox import Listing, matching_ids, rows_among

PORTION_ROWS = 500
MOST_EXPORTED = 1_000_000
MOST_REASONS, MOST_SHOWN = 20, 50


def ids_of(listing: Listing, *, words: str = "", now: datetime, most: int) -> list[int]:
    """The cases of a list, or of what was found by words, at most so many."""
    if words:
        return found_ids(listing.desk, words=words, now=now, most=most)
    return matching_ids(listing, now=now, most=most)


def portions_of(listing: Listing, *, words: str = "", now: datetime) -> Iterator[list[dict[str, Any]]]:
    """The rows of a whole list, oldest number first, a portion at a time; memory holds one portion."""
    if words or listing.view == "mentions":
        ids = ids_of(listing, words=words, now=now, most=MOST_EXPORTED)
        whole = Listing(listing.desk, "all") if words else listing
        for first in range(0, len(ids), PORTION_ROWS):
            yield rows_among(whole, ids[first : first + PORTION_ROWS], now=now)
        return
    last = 0
    while ids := matching_ids(listing, now=now, most=PORTION_ROWS, above=last):
        yield sorted(rows_among(listing, ids, now=now), key=lambda row: int(row["id"]))
        last = ids[-1]


def access_bulk_act(account: Account, bulk_id: int) -> BulkAct:
    """An act that the person asked for. Raises `NotFound`."""
    found = BulkAct.objects.select_related("undoes").filter(pk=bulk_id, account=account).first()
    if found is None:
        from django.utils.translation import gettext as _

        raise NotFound(_("This is not there, or somebody else asked for it."))
    return found


def bulk_outcomes(bulk_id: int) -> dict[str, int]:
    """How many cases an act changed, left as they were, refused, and has still before it."""
    counted = BulkItem.objects.filter(bulk_id=bulk_id).values_list("outcome").annotate(n=Count("id"))
    found = dict(counted.order_by())
    return {kind.value: found.get(kind.value, 0) for kind in BulkOutcome}


def refusals_of(bulk_id: int) -> list[dict[str, Any]]:
    """Why cases were refused: each reason with how often and the first of its cases."""
    refused = BulkItem.objects.filter(bulk_id=bulk_id, outcome=BulkOutcome.REFUSED)
    reasons = refused.values("reason").annotate(count=Count("id")).order_by("-count", "reason")[:MOST_REASONS]
    return [
        {
            **each,
            "cases": list(refused.filter(reason=each["reason"]).order_by("id").values_list("case_id", flat=True)[:MOST_SHOWN]),
        }
        for each in reasons
    ]
