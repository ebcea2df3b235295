"""What administrators keep: categories, causes, compensation items and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.service.complaints.models import Category, Cause, CompensationItem, CompensationLimit
from lingting.service.complaints.services.locking import BadComplaint

Entry = Category | Cause | CompensationItem
MOST_LEVELS = 3


@transaction.atomic
def save_entry(kind: type[Entry], values: Mapping[str, Any], *, entry_id: int | None = None) -> Entry:
    """Makes or changes a category, cause or item; the key is made from its name once. Raises `BadComplaint`."""
    if not str(values.get("name_zh", "")).strip():
        raise BadComplaint(_("Give it a Chinese name."), fields={"name_zh": [_("Give it a Chinese name.")]})
    entry = kind.objects.select_for_update().get(pk=entry_id) if entry_id else kind(key="")  # type: ignore[attr-defined]
    for name, value in values.items():
        setattr(entry, name, value)
    if isinstance(entry, Category):
        _check_tree(entry)
    if not entry.key:
        last = kind.objects.order_by("-pk").values_list("pk", flat=True).first() or 0  # type: ignore[attr-defined]
        entry.key = f"{kind._meta.model_name}-{last + 1}"
    entry.save()
    return entry


def _check_tree(category: Category) -> None:
    """A category is not below itself, and no deeper than three levels."""
    above, depth = category.parent, 1
    while above is not None:
        depth += 1
        if above.pk == category.pk or depth > MOST_LEVELS:
            sentence = _("Categories go three levels deep, and none stands below itself.")
            raise BadComplaint(sentence, fields={"parent": [sentence]})
        above = above.parent


@transaction.atomic
def save_limit(values: Mapping[str, Any], *, limit_id: int | None = None) -> CompensationLimit:
    """Makes or changes the limit of a role or a position. Raises `BadComplaint`."""
    role, position, amount = values.get("role"), values.get("position"), values.get("amount")
    if (role is None) == (position is None):
        raise BadComplaint(_("Choose a role or a position."), fields={"role": [_("Choose a role or a position.")]})
    same = CompensationLimit.objects.filter(role=role) if role else CompensationLimit.objects.filter(position=position)
    if same.exclude(pk=limit_id or 0).exists():
        raise BadComplaint(_("There is a limit for it already."), fields={"role": [_("There is a limit for it already.")]})
    limit = CompensationLimit.objects.select_for_update().get(pk=limit_id) if limit_id else CompensationLimit()
    limit.role, limit.position, limit.amount = role, position, amount  # type: ignore[assignment]
    limit.save()
    return limit
