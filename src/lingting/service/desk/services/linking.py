"""Two cases that have to do with each other."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.service.desk.events import CaseChanged, CaseLinked
from lingting.service.desk.models import Case, CaseLink
from lingting.service.desk.services.refusals import UnknownChoice, case_not_found


@transaction.atomic
def link_cases(case_id: int, *, other_id: int, actor: Actor, now: datetime) -> bool:
    """Links two cases, both ways at once; False if they were linked. Staff only."""
    assert actor.id is not None  # links are made by people
    if case_id == other_id:
        raise UnknownChoice(_("A case cannot be linked with itself. Enter another number."))
    if Case.objects.filter(pk__in=[case_id, other_id]).count() != 2:
        raise case_not_found()
    first, second = sorted([case_id, other_id])
    _link, is_new = CaseLink.objects.get_or_create(
        first_id=first, second_id=second, defaults={"linked_at": now, "linked_by_id": actor.id}
    )
    if is_new:
        record(CaseLinked(case_id=case_id, other_id=other_id), actor=actor, now=now)
        record(CaseLinked(case_id=other_id, other_id=case_id), actor=actor, now=now)
    return is_new


@transaction.atomic
def unlink_cases(case_id: int, *, other_id: int, actor: Actor, now: datetime) -> bool:
    """Takes a link away; False if there was none."""
    first, second = sorted([case_id, other_id])
    gone, _kinds = CaseLink.objects.filter(first_id=first, second_id=second).delete()
    if not gone:
        return False
    record(CaseChanged(case_id=case_id, changes={"link": [other_id, None]}), actor=actor, now=now)
    record(CaseChanged(case_id=other_id, changes={"link": [case_id, None]}), actor=actor, now=now)
    return True
