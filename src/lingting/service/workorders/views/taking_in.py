"""What forms about work orders bring: files, and who writes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.platform.files.services import store_upload
from lingting.service.workorders.services import EmptyOrder, Said

MOST_FILES = 10


def files_in(request: HttpRequest, *, actor: Actor, now: datetime) -> list[int]:
    """Stores the files of a form; ids of `StoredFile`. Raises `EmptyOrder` for too many, and what storing raises."""
    given = [each for each in request.FILES.getlist("files") if each]
    if len(given) > MOST_FILES:
        raise EmptyOrder(_("Send at most %(count)s files at once.") % {"count": MOST_FILES})
    kind = "account" if actor.is_staff else "visitor"
    return [store_upload(each, actor_kind=kind, actor_id=str(actor.id or actor.kind), now=now).pk for each in given]


def said_in(request: HttpRequest, *, by: str, actor: Actor, now: datetime) -> Said:
    """A form's words with its files and its own key. Raises what `files_in` raises."""
    files = files_in(request, actor=actor, now=now)
    return Said(request.POST.get("text", ""), by=by, file_ids=files, client_key=_key_in(request))


def minutes_in(request: HttpRequest) -> int | None:
    """The limit of its own that a form names in hours; None: the department's."""
    try:
        hours = float(request.POST.get("hours", "").strip() or 0)
    except ValueError:
        raise EmptyOrder(_("Write the limit in hours, for example 4 or 0.5.")) from None
    return round(hours * 60) if 0 < hours <= 2000 else None


def _key_in(request: HttpRequest) -> UUID | None:
    """The form's own key: what it says is said once, however often it is sent."""
    try:
        return UUID(request.POST.get("client_key", ""))
    except ValueError:
        return None
