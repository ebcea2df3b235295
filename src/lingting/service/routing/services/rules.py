"""How each queue is served: the rule somebody set, the defaults where nobody has."""

from __future__ import annotations

from collections.abc import Mapping

from lingting.platform.database.remembering import remembered
from lingting.service.routing.models import QueueRule


@remembered(QueueRule)
def queue_rules() -> Mapping[int, QueueRule]:
    """The rules that were set, by queue."""
    return {rule.pk: rule for rule in QueueRule.objects.all()}


def rule_for(queue_id: int) -> QueueRule:
    """A queue's rule, the defaults when nobody has set one."""
    return queue_rules().get(queue_id) or QueueRule(queue_id=queue_id)
