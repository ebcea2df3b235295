"""Filters of the inbox kept under a name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lingting.platform.refusals import Invalid
from lingting.service.desk.models import SavedView


class BadView(Invalid):
    code = "bad_view"


def save_view(
    name: str, *, owner_id: int, filters: dict[str, Any], team_id: int | None = None, is_for_all: bool = False,
    view_id: int | None = None,
) -> SavedView:  # fmt: skip
    """Keeps a filter for oneself, for a team, or for everyone at the desk; `view_id` changes one of one's own. Raises `BadView`."""
    clean = " ".join(name.split())[:60]
    if not clean:
        raise BadView(_("Give the view a name."), fields={"name": [_("Give the view a name.")]})
    if view_id is None:
        return SavedView.objects.create(name=clean, owner_id=owner_id, filters=filters, team_id=team_id, is_for_all=is_for_all)
    view = SavedView.objects.filter(pk=view_id, owner_id=owner_id).first()
    if view is None:
        raise BadView(_("Only the person who made a view changes it."))
    view.name, view.filters, view.team_id, view.is_for_all = clean, filters, team_id, is_for_all
    view.save()
    return view


def delete_view(view_id: int, *, owner_id: int) -> bool:
    """Removes one's own view; False if it was not one's own."""
    gone, _kinds = SavedView.objects.filter(pk=view_id, owner_id=owner_id).delete()
    return bool(gone)
