"""Setting up queues: the queue with its rule, the skills it asks for, who serves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Conflict, Invalid
from lingting.service.desk.models import Case, CaseState, Queue
from lingting.service.routing.events import QueueSettingsChanged
from lingting.service.routing.models import QueueMember, QueueRule, QueueSkill

_QUEUE_FIELDS = (
    "name_zh", "name_en", "key", "description_zh", "description_en", "team", "calendar", "target_seconds", "response_hours",
    "is_active",
)  # fmt: skip
_RULE_FIELDS = ("priority", "offer_seconds", "wrap_up_seconds", "last_agent_days", "last_agent_seconds")


class QueueKeyTaken(Invalid):
    """Another queue has the key."""

    code = "queue_key_taken"


class QueueInUse(Conflict):
    """A queue with open cases cannot be put out of use."""

    code = "queue_in_use"


@transaction.atomic
def save_queue(queue: Queue | None, *, settings: Mapping[str, Any], actor: Actor, now: datetime) -> Queue:
    """Makes or changes a queue with its rule. Raises `QueueKeyTaken`, `QueueInUse`."""
    saved = queue or Queue(order=10 * (Queue.objects.count() + 1))
    if queue is not None and queue.is_active and not settings["is_active"]:
        _check_not_in_use(queue)
    for field in _QUEUE_FIELDS:
        setattr(saved, field, settings[field])
    saved.target_share = Decimal(settings["target_percent"]) / 100
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        sentence = _("Another queue has the key “%(key)s”. Choose another.") % {"key": saved.key}
        raise QueueKeyTaken(sentence, fields={"key": [sentence]}) from error
    QueueRule.objects.update_or_create(queue=saved, defaults={field: settings[field] for field in _RULE_FIELDS})
    record(QueueSettingsChanged(queue_id=saved.pk, what="rule"), actor=actor, now=now)
    return saved


def _check_not_in_use(queue: Queue) -> None:
    count = Case.objects.filter(queue=queue).exclude(state=CaseState.CLOSED).count()
    if count:
        raise QueueInUse(
            _("%(count)s cases of this queue are not closed. Move or close them first.") % {"count": count}
        )


@transaction.atomic
def ask_skill(
    queue: Queue, *, skill_id: int, level: int, relax_after_seconds: int | None, relax_to_level: int, actor: Actor, now: datetime
) -> QueueSkill:
    """Asks for a skill, or changes how it is asked for."""
    need, _made = QueueSkill.objects.update_or_create(
        queue=queue, skill_id=skill_id,
        defaults={"level": level, "relax_after_seconds": relax_after_seconds, "relax_to_level": relax_to_level},
    )  # fmt: skip
    record(QueueSettingsChanged(queue_id=queue.pk, what="skills"), actor=actor, now=now)
    return need


@transaction.atomic
def drop_skill(need: QueueSkill, *, actor: Actor, now: datetime) -> None:
    queue_id = need.queue_id
    need.delete()
    record(QueueSettingsChanged(queue_id=queue_id, what="skills"), actor=actor, now=now)


@transaction.atomic
def add_member(queue: Queue, *, account_id: int, order: int, actor: Actor, now: datetime) -> QueueMember:
    """Lets a person serve a queue, or changes how near it is to them."""
    member, _made = QueueMember.objects.update_or_create(queue=queue, account_id=account_id, defaults={"order": order})
    record(QueueSettingsChanged(queue_id=queue.pk, what="members"), actor=actor, now=now)
    return member


@transaction.atomic
def drop_member(member: QueueMember, *, actor: Actor, now: datetime) -> None:
    queue_id = member.queue_id
    member.delete()
    record(QueueSettingsChanged(queue_id=queue_id, what="members"), actor=actor, now=now)
