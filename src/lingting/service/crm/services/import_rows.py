"""One row of an import: what it says, what is wrong with it, whom it means, and taking it in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.service.crm.models import ContactPoint, Customer, Tier
from lingting.service.crm.services.contact_points import BadContactPoint, add_contact_point, normalised
from lingting.service.crm.services.profiles import BadCustomer, change_customer, cleaned, create_customer
from lingting.service.crm.services.tags import set_customer_tags

POINTS = ("phone", "email", "wechat")
TEXTS = ("name", "company", "city", "address", "remarks", "external_id")
_TAG_SIGNS = re.compile(r"[,;，；、|/]+")
_LANGUAGES = {
    "zh": "zh-hans", "zhhans": "zh-hans", "zhcn": "zh-hans", "cn": "zh-hans", "chinese": "zh-hans", "中文": "zh-hans",
    "汉语": "zh-hans", "简体中文": "zh-hans", "普通话": "zh-hans", "en": "en", "enus": "en", "engb": "en", "english": "en",
    "英文": "en", "英语": "en",
}  # fmt: skip


class Outcome(StrEnum):
    """What becomes of a row; the values are the counters of an import."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(kw_only=True)
class Row:
    """A row as read: texts by field, several values where a field repeats; `problems` say what cannot be taken in."""

    number: int
    values: dict[str, list[str]]
    profile: dict[str, Any] = field(default_factory=dict)
    points: list[tuple[str, str]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    customer: Customer | None = None
    outcome: Outcome = Outcome.ADDED

    def text(self, name: str) -> str:
        """A field's cells as one text, for the preview."""
        return "、".join(self.values.get(name, []))


def row_of(number: int, cells: Sequence[str], *, mapping: Mapping[str, str]) -> Row:
    """The cells of a row under the fields they stand for; empty cells say nothing."""
    values: dict[str, list[str]] = {}
    for index, name in mapping.items():
        cell = cells[int(index)] if int(index) < len(cells) else ""
        if cell:
            values.setdefault(name, []).append(cell)
    return Row(number=number, values=values)


def check_row(row: Row) -> Row:
    """Fills in what the row means and its problems; reads, never writes."""
    _read_texts(row)
    _read_points(row)
    _read_tier(row)
    _read_language(row)
    row.tags = [tag.strip() for cell in row.values.get("tags", []) for tag in _TAG_SIGNS.split(cell) if tag.strip()]
    if not row.profile.get("name") and not row.points and not row.profile.get("external_id") and not row.problems:
        row.problems.append(_("There is no name, number, address or id in this row."))
    row.customer = _customer_meant(row)
    row.outcome = Outcome.FAILED if row.problems else (_outcome_for(row) if row.customer else Outcome.ADDED)
    return row


def apply_row(row: Row, *, actor: Actor, now: datetime) -> Row:
    """Takes a row in: a new customer, or changes to the one it means; empty cells change nothing. In a transaction."""
    check_row(row)
    if row.outcome in (Outcome.FAILED, Outcome.UNCHANGED):
        return row
    if row.customer is None:
        profile = {name: value for name, value in row.profile.items() if name != "name"}
        row.customer = create_customer(row.profile.get("name", ""), actor=actor, now=now, **profile)
    else:
        change_customer(row.customer.pk, changes=row.profile, actor=actor, now=now)
    customer = Customer.objects.get(pk=row.customer.pk)
    for kind, value in row.points:
        add_contact_point(customer, kind=kind, value=value, now=now, actor=actor)
    if row.tags:
        present = [tag.name_zh for tag in customer.tags.all()]
        set_customer_tags(customer, names=[*present, *row.tags], actor=actor, now=now)
    return row


def _read_texts(row: Row) -> None:
    for name in TEXTS:
        if name in row.values:
            try:
                row.profile[name] = cleaned(name, row.values[name][0])
            except BadCustomer as refusal:
                row.problems.append(f"{row.values[name][0][:30]}…: {refusal}")


def _read_points(row: Row) -> None:
    for kind in POINTS:
        for cell in row.values.get(kind, []):
            for value in _values_in(cell, kind):
                try:
                    point = (kind, normalised(kind, value))
                except BadContactPoint as refusal:
                    row.problems.append(str(refusal))
                else:
                    row.points += [point] if point not in row.points else []


def _values_in(cell: str, kind: str) -> list[str]:
    """Several numbers in one cell, parted by signs that stand in none of them."""
    signs = r"[,;，；、|/]+" if kind == "phone" else r"[,;，；、|\s]+"
    return [part.strip() for part in re.split(signs, cell) if part.strip()]


def _read_tier(row: Row) -> None:
    cell = row.values.get("tier", [""])[0]
    if not cell:
        return
    called = cell.casefold().strip()
    tier = next((one for one in Tier.objects.all() if called in (one.key, one.name_zh.casefold(), one.name_en.casefold())), None)
    if tier is None:
        row.problems.append(_("There is no tier “%(name)s”. Make it in the settings or correct the cell.") % {"name": cell[:40]})
    else:
        row.profile["tier"] = tier


def _read_language(row: Row) -> None:
    cell = row.values.get("language", [""])[0]
    if not cell:
        return
    language = _LANGUAGES.get(re.sub(r"[\s_-]+", "", cell.casefold()))
    if language is None:
        row.problems.append(_("“%(name)s” is not a language we speak. Write zh or en.") % {"name": cell[:40]})
    else:
        row.profile["language"] = language


def _customer_meant(row: Row) -> Customer | None:
    """By the id of the own system first, then by numbers and addresses; merges followed. Notes when they disagree."""
    own_id = row.profile.get("external_id")
    if own_id:
        found = Customer.objects.select_related("merged_into", "tier").filter(external_id=own_id).first()
        if found is not None:
            meant = found.merged_into or found
            if meant.pk != found.pk:
                row.profile.pop("external_id")
            _check_points_free(row, meant)
            return meant
    owners = _owners(row)
    if len(owners) > 1:
        names = "、".join(str(owner) for owner in owners[:3])
        row.problems.append(_("The numbers and addresses of this row belong to several customers: %(names)s.") % {"names": names})
    if len(owners) != 1:
        return None
    meant = owners[0]
    if own_id and meant.external_id and meant.external_id != own_id:
        row.problems.append(
            _("%(name)s, who has this number or address, has the id “%(id)s”.") % {"name": meant, "id": meant.external_id}
        )
    return meant


def _check_points_free(row: Row, customer: Customer) -> None:
    for owner in _owners(row):
        if owner.pk != customer.pk:
            row.problems.append(_("A number or address of this row belongs to %(name)s.") % {"name": owner})


def _owners(row: Row) -> list[Customer]:
    owners: dict[int, Customer] = {}
    for kind, value in row.points:
        point = (
            ContactPoint.objects.select_related("customer__tier", "customer__merged_into").filter(kind=kind, value=value).first()
        )
        if point is not None:
            owner = point.customer.merged_into or point.customer
            owners[owner.pk] = owner
    return list(owners.values())


def _outcome_for(row: Row) -> Outcome:
    customer = row.customer
    assert customer is not None
    if any(getattr(customer, name) != value for name, value in row.profile.items()):
        return Outcome.CHANGED
    have = set(customer.contact_points.values_list("kind", "value"))
    if set(row.points) - have:
        return Outcome.CHANGED
    if row.tags:
        named = {tag.casefold() for names in customer.tags.values_list("name_zh", "name_en") for tag in names if tag}
        if any(tag.casefold() not in named for tag in row.tags):
            return Outcome.CHANGED
    return Outcome.UNCHANGED
