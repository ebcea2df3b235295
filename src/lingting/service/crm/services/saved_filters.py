"""Filters of the customer list that a person keeps under a name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.platform.refusals import Invalid
from lingting.service.crm.models import SavedFilter

MOST_FILTERS = 12


class BadFilter(Invalid):
    """A saved filter needs a name, and a person keeps only a dozen."""

    code = "bad_filter"


@transaction.atomic
def save_filter(name: str, *, query: str, owner_id: int, now: datetime) -> SavedFilter:
    """Keeps a filter; the same name again replaces it. Raises `BadFilter`."""
    clean = " ".join(name.replace("\x00", "").split())
    if not clean or len(clean) > 40:
        raise BadFilter(_("Give the filter a name of at most 40 characters."))
    if not query or len(query) > 400:
        raise BadFilter(_("Choose something to filter by first."))
    own = SavedFilter.objects.filter(owner_id=owner_id)
    if not own.filter(name=clean).exists() and own.count() >= MOST_FILTERS:
        raise BadFilter(_("You keep %(count)s filters already. Take one away first.") % {"count": MOST_FILTERS})
    saved, _made = SavedFilter.objects.update_or_create(
        owner_id=owner_id, name=clean, defaults={"query": query}, create_defaults={"query": query, "created_at": now}
    )
    return saved


def delete_filter(filter_id: int, *, owner_id: int) -> None:
    """Takes away one's own filter."""
    SavedFilter.objects.filter(pk=filter_id, owner_id=owner_id).delete()
