"""From a hot spot to a measure with an owner, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.services import tell as notify
from lingting.platform.refusals import Conflict, NotFound
from lingting.service.complaints.models import Measure, MeasureState
from lingting.service.complaints.services.locking import BadComplaint, required

DIMENSIONS = ("category", "product", "region", "team")


@transaction.atomic
def make_measure(
    *, title: str, owner_id: int, due_date: date, expected_drop: int, cell: Mapping[str, Any], finding: Mapping[str, Any],
    account: Account, now: datetime,
) -> Measure:  # fmt: skip
    """Notes what is done about a cell of complaints; its owner gets a notice. Raises `BadComplaint`."""
    owner = Account.objects.filter(pk=owner_id, is_active=True).first()
    if owner is None:
        raise BadComplaint(_("Choose the owner."), fields={"owner": [_("Choose the owner.")]})
    if not cell or set(cell) - set(DIMENSIONS):
        raise BadComplaint(_("Say which complaints the measure is about."))
    if not 1 <= expected_drop <= 100:
        raise BadComplaint(_("Between 1 and 100 percent."), fields={"expected_drop": [_("Between 1 and 100 percent.")]})
    made = Measure.objects.create(
        title=required(title, field="title", most=200), owner=owner, due_date=due_date, expected_drop=expected_drop,
        cell=dict(cell), finding=dict(finding), made_by=account, made_at=now,
    )  # fmt: skip
    if owner.pk != account.pk:
        params = {"title": made.title, "due": due_date.isoformat(), "name": account.display_name}
        notify(owner, code="complaints.measure", params=params, url="/complaints/measures/", now=now)
    return made


@transaction.atomic
def end_measure(measure_id: int, *, is_done: bool, now: datetime) -> Measure:
    """The measure is in effect from now (its effect is counted from here), or is dropped."""
    found = Measure.objects.select_for_update().filter(pk=measure_id).first()
    if found is None:
        raise NotFound(_("This measure does not exist any more."))
    if found.state != MeasureState.OPEN:
        raise Conflict(_("This measure has ended already. Load the page again."))
    found.state = MeasureState.DONE if is_done else MeasureState.DROPPED
    found.done_at = now if is_done else None
    found.save(update_fields=["state", "done_at"])
    return found
