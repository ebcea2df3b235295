"""The floor at this moment: every agent's state, every queue's waiting work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from lingting.service.desk.models import LIVE_CHANNELS, Queue
from lingting.service.routing.models import Assignment, Contact, Presence, PresenceState


@dataclass(frozen=True)
class AgentNow:
    """An agent who is signed in: `state` is ready, busy (something in hand), wrap_up or away."""

    account_id: int
    name: str
    team_name: str
    state: str
    reason_name: str
    since_at: datetime
    in_hand: int
    wrapping_up: int


@dataclass(frozen=True)
class QueueNow:
    """A queue at this moment: who waits before a screen and since when, how much mail, what is being handled, and how many
    of its people are ready (as `AgentNow` means it)."""

    queue: Queue
    waiting: int
    oldest_at: datetime | None
    mail_waiting: int
    in_progress: int
    ready: int


def agents_now(*, account_ids: Collection[int] | None = None) -> list[AgentNow]:
    """Everyone who is not offline (None: the whole centre), by state and name; two queries."""
    rows = Presence.objects.exclude(state=PresenceState.OFFLINE).select_related("account__employee__team", "reason")
    if account_ids is not None:
        rows = rows.filter(pk__in=account_ids)
    in_hand = {
        account_id: (talking, wrapping, since)
        for account_id, talking, wrapping, since in Assignment.objects.filter(released_at=None)
        .values_list("account_id")
        .annotate(
            talking=Count("id", filter=Q(ended_at=None)),
            wrapping=Count("id", filter=Q(ended_at__isnull=False)),
            since=Min("started_at"),
        )
    }
    found = [_agent(presence, in_hand.get(presence.pk)) for presence in rows]
    order = {"busy": 0, "wrap_up": 1, "ready": 2, "away": 3}
    return sorted(found, key=lambda agent: (order[agent.state], agent.name))


def _agent(presence: Presence, work: tuple[int, int, datetime] | None) -> AgentNow:
    talking, wrapping, since = work or (0, 0, presence.since_at)
    state = presence.state
    since_at = presence.since_at
    if state == PresenceState.READY and (talking or wrapping):
        state = "busy" if talking else "wrap_up"
        since_at = max(since, presence.since_at)
    employee = getattr(presence.account, "employee", None)
    return AgentNow(
        account_id=presence.pk, name=presence.account.display_name, state=state, since_at=since_at,
        team_name=employee.team.name if employee and employee.team else "",
        reason_name=presence.reason.name if presence.reason else "", in_hand=talking, wrapping_up=wrapping,
    )  # fmt: skip


def queues_now(agents: Collection[AgentNow]) -> list[QueueNow]:
    """All queues in use, in their order; four queries whatever their number. `agents` are those of `agents_now`."""
    live = Q(channel__in=LIVE_CHANNELS)
    waiting = {
        queue_id: (count, oldest, mail)
        for queue_id, count, oldest, mail in Contact.objects.filter(ended_at=None)
        .values_list("queue_id")
        .annotate(count=Count("id", filter=live), oldest=Min("entered_at", filter=live), mail=Count("id", filter=~live))
    }
    handled = dict(
        Assignment.objects.filter(ended_at=None).values_list("conversation__case__queue_id").annotate(count=Count("id"))
    )
    free = [agent.account_id for agent in agents if agent.state == "ready"]
    ready = dict(
        Queue.objects.filter(members__account__in=free).values_list("id").annotate(count=Count("members__account", distinct=True))
    )
    found = []
    for queue in Queue.objects.filter(is_active=True):
        count, oldest_at, mail = waiting.get(queue.pk, (0, None, 0))
        found.append(QueueNow(queue, count, oldest_at, mail, handled.get(queue.pk, 0), ready.get(queue.pk, 0)))
    return found
