"""What happens to a case moves its promises: in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from lingting.kernel.clocks.events import (
    ClockBreached,
    ClockCancelled,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockWarned,
)
from lingting.kernel.timeline.events import Actor, Happening, receives, receives_many
from lingting.service.desk.events import (
    CaseChanged,
    CaseClosed,
    CaseMerged,
    CaseMergeUndone,
    CaseOpened,
    CaseQueued,
    CaseReopened,
    MessageAdded,
    TalksMoved,
)
from lingting.service.promises import services
from lingting.service.promises.matching import recent_rules
from lingting.service.promises.services.holding import SUBJECT

_ASKED = {"type_id", "priority"}


@receives_many(CaseOpened)
def promise(happenings: Sequence[Happening], now: datetime) -> None:
    """Cases that no policy can hold for, by queue, channel and type, are not even looked at."""
    in_use = recent_rules()
    concerned = {
        each.fact.case_id: each.actor
        for each in happenings
        if any(rule.may_hold(type_id=each.fact.type_id, queue_id=each.fact.queue_id, channel=each.fact.channel) for rule in in_use)
    }
    if concerned:
        services.hold_many(concerned, now=now)


@receives(CaseQueued, CaseReopened, CaseMergeUndone)
def promise_again(fact: CaseQueued | CaseReopened | CaseMergeUndone, actor: Actor, now: datetime) -> None:
    services.hold(fact.case_id, actor=actor, now=now)


@receives(CaseChanged)
def promise_otherwise(fact: CaseChanged, actor: Actor, now: datetime) -> None:
    if _ASKED & fact.changes.keys():
        services.hold(fact.case_id, actor=actor, now=now)


@receives_many(MessageAdded)
def follow_the_talk(happenings: Sequence[Happening], now: datetime) -> None:
    """Who spoke last owes nothing, or everything. One query for messages about cases without a promise."""
    last = {each.fact.case_id: each for each in happenings if each.fact.message_kind in ("customer", "agent")}
    for kind, act in (("customer", services.asked), ("agent", services.answered)):
        cases = {case_id: each.actor for case_id, each in last.items() if each.fact.message_kind == kind}
        if cases:
            act(cases, now=now)


@receives(CaseClosed)
def fulfil(fact: CaseClosed, actor: Actor, now: datetime) -> None:
    services.closed(fact.case_id, actor=actor, now=now)


@receives(CaseMerged)
def give_up(fact: CaseMerged, actor: Actor, now: datetime) -> None:
    services.merged_away(fact.case_id, actor=actor, now=now)


@receives(TalksMoved)
def look_again(fact: TalksMoved, actor: Actor, now: datetime) -> None:
    services.mirror_due([fact.case_id])


@receives(ClockPaused, ClockResumed, ClockRetargeted, ClockCancelled)
def mirror(fact: ClockPaused | ClockResumed | ClockRetargeted | ClockCancelled, actor: Actor, now: datetime) -> None:
    if fact.about == SUBJECT:
        services.mirror_due([fact.about_id])


@receives(ClockWarned)
def warn(fact: ClockWarned, actor: Actor, now: datetime) -> None:
    if fact.about == SUBJECT:
        services.climb(fact.clock_id, share=Decimal(str(round(fact.share, 3))), now=now)


@receives(ClockBreached)
def escalate(fact: ClockBreached, actor: Actor, now: datetime) -> None:
    if fact.about == SUBJECT:
        services.climb(fact.clock_id, share=Decimal(1), now=now)
