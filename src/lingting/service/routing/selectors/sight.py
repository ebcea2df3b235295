"""What routing adds to who sees which case: the queues a person serves, the conversations they were asked to look at."""

from __future__ import annotations

from lingting.service.routing.models import Consult, QueueMember


def served_queue_ids(account_id: int) -> list[int]:
    """Queues whose unowned cases a person may take; one query."""
    return list(QueueMember.objects.filter(account_id=account_id).values_list("queue_id", flat=True))


def is_consulted(account_id: int, case_id: int) -> bool:
    """Whether a colleague has asked this person to look at the case and still waits for them; one query."""
    return Consult.objects.filter(asked_id=account_id, conversation__case_id=case_id, ended_at=None).exists()
