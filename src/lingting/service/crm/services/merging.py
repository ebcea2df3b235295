"""Two customers that are one: what would move, the merge, and its undoing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict
from lingting.service.crm.events import CustomerMergeUndone, CustomersMerged
from lingting.service.crm.models import ContactPoint, Customer, CustomerNote, Merge
from lingting.service.crm.services.movers import Belonging, belongings, movers
from lingting.service.crm.services.vectors import refresh_vector

FILLED = ("name", "company", "city", "address", "external_id")


class CannotMerge(Conflict):
    """The two cannot become one as they stand."""

    code = "cannot_merge"


class CannotUndoMerge(Conflict):
    """The merge was undone already, or something later stands on it."""

    code = "cannot_undo_merge"


@dataclass(frozen=True, kw_only=True)
class MergePreview:
    """What a merge would do: counts of what moves, fields the kept one would take over, and the tier it gets."""

    contact_points: int
    notes: int
    tags: int
    belongings: list[Belonging]
    filled: dict[str, str]
    tier: str


def preview_merge(kept: Customer, *, absorbed: Customer) -> MergePreview:
    """What would move from one to the other. Raises `CannotMerge`."""
    _check(kept, absorbed)
    filled = _filling(kept, absorbed)
    tier = absorbed.tier if _raises_tier(kept, absorbed) else None
    return MergePreview(
        contact_points=absorbed.contact_points.count(),
        notes=absorbed.notes.count(),
        tags=absorbed.tags.exclude(pk__in=kept.tags.values("pk")).count(),
        belongings=[item for item in belongings(absorbed.pk) if item.count],
        filled={field: value for field, value in filled.items() if field != "remarks"},
        tier=tier.name if tier else "",
    )


@transaction.atomic
def merge_customers(kept_id: int, *, absorbed_id: int, actor: Actor, now: datetime) -> Merge:
    """Everything of the absorbed customer goes to the kept one; reads of the absorbed one follow from then on.

    Empty fields of the kept one are filled, the higher tier wins, remarks are joined. Locks both in the order of their
    ids. Records `CustomersMerged`. Raises `CannotMerge`; the actor is a member of staff.
    """
    kept, absorbed = _locked(kept_id, absorbed_id)
    _check(kept, absorbed)
    moved: dict[str, Any] = {"before": {}, "after": {}}
    _move_own(kept, absorbed, moved)
    moved["others"] = {mover.name: mover.move(absorbed.pk, kept.pk) for mover in movers()}
    _fill(kept, absorbed, moved)
    absorbed.merged_into, absorbed.updated_at, kept.updated_at = kept, now, now
    absorbed.save(update_fields=["merged_into", "updated_at", "external_id"])
    kept.save()
    refresh_vector(kept)
    refresh_vector(absorbed)
    merge = Merge.objects.create(kept=kept, absorbed=absorbed, merged_at=now, merged_by_id=int(actor.id or 0), moved=moved)
    record(CustomersMerged(kept_id=kept.pk, absorbed_id=absorbed.pk, merge_id=merge.pk), actor=actor, now=now)
    return merge


@transaction.atomic
def undo_merge(merge_id: int, *, actor: Actor, now: datetime) -> Merge:
    """The two are two again, each with what it had; what came after the merge stays with the kept one.

    A field filled by the merge is emptied again unless somebody has changed it since. Raises `CannotUndoMerge`.
    """
    merge = Merge.objects.select_for_update().get(pk=merge_id)
    kept, absorbed = _locked(merge.kept_id, merge.absorbed_id)
    _check_undo(merge, kept, absorbed)
    moved = merge.moved
    ContactPoint.objects.filter(pk__in=moved["contact_points"], customer=kept).update(customer=absorbed)
    ContactPoint.objects.filter(pk__in=moved["preferred"], customer=absorbed).update(is_preferred=True)
    CustomerNote.objects.filter(pk__in=moved["notes"], customer=kept).update(customer=absorbed)
    kept.tags.remove(*moved["tags"])
    Customer.objects.filter(pk__in=moved["redirects"], merged_into=kept).update(merged_into=absorbed)
    for mover in movers():
        mover.move_back(moved["others"].get(mover.name, []), absorbed.pk)
    _empty_again(kept, absorbed, moved)
    absorbed.merged_into, absorbed.updated_at, kept.updated_at = None, now, now
    kept.save()
    absorbed.save()
    refresh_vector(kept)
    refresh_vector(absorbed)
    merge.undone_at, merge.undone_by_id = now, actor.id
    merge.save(update_fields=["undone_at", "undone_by"])
    record(CustomerMergeUndone(kept_id=kept.pk, absorbed_id=absorbed.pk, merge_id=merge.pk), actor=actor, now=now)
    return merge


def _locked(kept_id: int, absorbed_id: int) -> tuple[Customer, Customer]:
    found = Customer.objects.select_for_update(of=("self",)).select_related("tier", "merged_into")
    both = {customer.pk: customer for customer in found.filter(pk__in=(kept_id, absorbed_id)).order_by("pk")}
    if kept_id not in both or absorbed_id not in both:
        raise CannotMerge(_("One of the two customers is not there any more. Reload the page."))
    return both[kept_id], both[absorbed_id]


def _check(kept: Customer, absorbed: Customer) -> None:
    if kept.pk == absorbed.pk:
        raise CannotMerge(_("Choose another customer: one cannot be merged with oneself."))
    for customer in (kept, absorbed):
        if customer.merged_into_id is not None:
            raise CannotMerge(
                _("%(name)s was merged into %(other)s already. Reload the page.")
                % {"name": customer, "other": customer.merged_into}
            )


def _check_undo(merge: Merge, kept: Customer, absorbed: Customer) -> None:
    if merge.undone_at is not None:
        raise CannotUndoMerge(_("This merge was undone already."))
    if absorbed.merged_into_id != kept.pk or kept.merged_into_id is not None:
        raise CannotUndoMerge(_("%(name)s was merged again since. Undo the later merge first.") % {"name": kept})


def _move_own(kept: Customer, absorbed: Customer, moved: dict[str, Any]) -> None:
    points = absorbed.contact_points.order_by("pk")
    moved["preferred"] = list(points.filter(is_preferred=True).values_list("pk", flat=True))
    moved["contact_points"] = list(points.values_list("pk", flat=True))
    for kind in kept.contact_points.filter(is_preferred=True).values_list("kind", flat=True):
        absorbed.contact_points.filter(kind=kind).update(is_preferred=False)
    ContactPoint.objects.filter(pk__in=moved["contact_points"]).update(customer=kept)
    moved["notes"] = list(absorbed.notes.order_by("pk").values_list("pk", flat=True))
    CustomerNote.objects.filter(pk__in=moved["notes"]).update(customer=kept)
    moved["tags"] = list(absorbed.tags.exclude(pk__in=kept.tags.values("pk")).values_list("pk", flat=True))
    kept.tags.add(*moved["tags"])
    moved["redirects"] = list(Customer.objects.filter(merged_into=absorbed).order_by("pk").values_list("pk", flat=True))
    Customer.objects.filter(pk__in=moved["redirects"]).update(merged_into=kept)


def _filling(kept: Customer, absorbed: Customer) -> dict[str, str]:
    """The fields the kept one would take over, with their new values."""
    taken = {field: getattr(absorbed, field) for field in FILLED if not getattr(kept, field) and getattr(absorbed, field)}
    if absorbed.remarks and absorbed.remarks != kept.remarks:
        taken["remarks"] = "\n".join(part for part in (kept.remarks, absorbed.remarks) if part)
    return taken


def _raises_tier(kept: Customer, absorbed: Customer) -> bool:
    return absorbed.tier is not None and (kept.tier is None or absorbed.tier.rank > kept.tier.rank)


def _fill(kept: Customer, absorbed: Customer, moved: dict[str, Any]) -> None:
    taken: dict[str, Any] = dict(_filling(kept, absorbed))
    if _raises_tier(kept, absorbed):
        taken["tier_id"] = absorbed.tier_id
    if kept.is_guest and not absorbed.is_guest:
        taken["is_guest"] = False
    for field, value in taken.items():
        moved["before"][field], moved["after"][field] = getattr(kept, field), value
        setattr(kept, field, value)
    if "external_id" in taken:  # unique: the absorbed one gives it away
        absorbed.external_id = None
        Customer.objects.filter(pk=absorbed.pk).update(external_id=None)


def _empty_again(kept: Customer, absorbed: Customer, moved: dict[str, Any]) -> None:
    for field, value in moved["after"].items():
        if getattr(kept, field) == value:
            setattr(kept, field, moved["before"][field])
    given = moved["after"].get("external_id")
    if given and kept.external_id is None:
        Customer.objects.filter(pk=kept.pk).update(external_id=None)
        absorbed.external_id = given
