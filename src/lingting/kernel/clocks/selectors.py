"""Reading clocks: how promises stand, and what happened to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lingting.kernel.clocks.models import LIVE_STATES, BreachReason, Clock, Kind, Pause, Retarget, State
from lingting.kernel.clocks.promises import left, spans_for
from lingting.kernel.clocks.registry import pause_label

LOOKED_AHEAD = timedelta(days=14)
SPANS_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a promise stands at a moment; what a chip shows.

    `look` is running, warning, breached, paused, kept, missed or cancelled. `left_seconds` is open time, negative when
    overdue, None where it cannot be told. `counts` are the open spans ahead, as epoch seconds, in which it goes on
    counting; empty while it stands still, None where it counts round the clock.
    """

    clock_id: int
    kind_key: str
    kind_name: str
    subject_id: int
    look: str
    left_seconds: float | None
    due_at: datetime | None
    as_of: datetime
    calendar_name: str
    counts: tuple[tuple[int, int], ...] | None
    pause_reason: str = ""
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    warned_share: Decimal | None = None
    needs_reason: bool = False

    @property
    def is_live(self) -> bool:
        return self.look in ("running", "warning", "breached", "paused")


def clocks_of(
    subject_kind: str, ids: Iterable[int], *, now: datetime, kinds: Iterable[str] = (), only_live: bool = True
) -> dict[int, list[Standing]]:
    """The standings of many subjects' clocks by subject id, most urgent first: one query for a whole list page."""
    rows = _with_names().filter(subject_kind=subject_kind, subject_id__in=list(ids))
    if only_live:
        rows = rows.filter(state__in=LIVE_STATES)
    wanted = tuple(kinds)
    if wanted:
        rows = rows.filter(kind__key__in=wanted)
    found: dict[int, list[Standing]] = {}
    for clock in rows.order_by("due_at", "pk"):
        found.setdefault(clock.subject_id, []).append(standing(clock, now=now))
    return found


def live_clock(subject_kind: str, subject_id: int, *, kind: str) -> Clock | None:
    """The running or paused clock of a kind."""
    return _with_names().filter(subject_kind=subject_kind, subject_id=subject_id, kind__key=kind, state__in=LIVE_STATES).first()


def _with_names() -> QuerySet[Clock]:
    return Clock.objects.select_related("kind", "calendar")


def standing(clock: Clock, *, now: datetime) -> Standing:
    """How a clock stands; no query when it was read with kind and calendar."""
    rest = left(clock, now=now)
    look = _look(clock, now=now)
    return Standing(
        clock_id=clock.pk, kind_key=clock.kind.key, kind_name=clock.kind.name, subject_id=clock.subject_id, look=look,
        left_seconds=None if rest is None else rest.total_seconds(), due_at=clock.due_at or clock.breached_at, as_of=now,
        calendar_name=clock.calendar.name if clock.calendar else _("Round the clock"), counts=_counts(clock, now=now),
        pause_reason=pause_label(clock.pause_reason) if clock.state == State.PAUSED else "", paused_at=clock.paused_at,
        ended_at=clock.ended_at, warned_share=clock.warned_share,
        needs_reason=clock.breached_at is not None and clock.breach_reason_id is None,
    )  # fmt: skip


def _look(clock: Clock, *, now: datetime) -> str:
    if clock.state == State.CANCELLED:
        return "cancelled"
    if clock.state == State.STOPPED:
        return "kept" if clock.breached_at is None else "missed"
    if clock.state == State.PAUSED:
        return "paused"
    if clock.breached_at is not None or (clock.due_at is not None and clock.due_at <= now):
        return "breached"
    return "running" if clock.warned_share is None or not _is_late_warning(clock) else "warning"


def _is_late_warning(clock: Clock) -> bool:
    """Amber is for the last warning; the ones before are for those who follow the facts."""
    return clock.warned_share == max(clock.warning_shares, default=None)


def _counts(clock: Clock, *, now: datetime) -> tuple[tuple[int, int], ...] | None:
    if clock.state != State.RUNNING:
        return ()
    if clock.calendar is None:
        return None
    spans = spans_for(clock).between(now, now + LOOKED_AHEAD, most=SPANS_SHOWN)
    return tuple((int(opens.timestamp()), int(closes.timestamp())) for opens, closes in spans)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """A line of a clock's history: `what` is started, paused, resumed, retargeted, breached, explained, kept, missed or
    cancelled; `by` a person's name or "" for the house itself."""

    at: datetime
    what: str
    by: str = ""
    detail: str = ""
    old_due_at: datetime | None = None
    due_at: datetime | None = None
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class ClockHistory:
    """A clock as it stands and everything that happened to it, oldest first."""

    clock: Clock
    standing: Standing
    happenings: list[Happening]


def history_of(subject_kind: str, subject_id: int, *, now: datetime) -> list[ClockHistory]:
    """All clocks a subject ever had, newest first, with their pauses, changes and breaches: three queries."""
    clocks = list(
        _with_names()
        .select_related("breach_reason", "explained_by")
        .filter(subject_kind=subject_kind, subject_id=subject_id)
        .prefetch_related("pauses", "retargets")
        .order_by("-started_at", "-pk")
    )
    return [ClockHistory(clock=clock, standing=standing(clock, now=now), happenings=happenings_of(clock)) for clock in clocks]


def happenings_of(clock: Clock) -> list[Happening]:
    """What happened to a clock, oldest first."""
    lines = [Happening(at=clock.started_at, what="started")]
    for pause in clock.pauses.all():
        lines += _pause_lines(pause)
    lines += [_retarget_line(retarget) for retarget in clock.retargets.all()]
    if clock.breached_at is not None:
        lines.append(Happening(at=clock.breached_at, what="breached"))
    if clock.explained_at is not None and clock.breach_reason is not None:
        words = "：" if clock.breach_note else ""
        said = f"{clock.breach_reason.name}{words}{clock.breach_note}"
        by = clock.explained_by.display_name if clock.explained_by else ""
        lines.append(Happening(at=clock.explained_at, what="explained", by=by, detail=said))
    if clock.ended_at is not None:
        what = "cancelled" if clock.state == State.CANCELLED else "kept" if clock.breached_at is None else "missed"
        lines.append(Happening(at=clock.ended_at, what=what, seconds=clock.elapsed.total_seconds()))
    return sorted(lines, key=lambda line: line.at)


def _pause_lines(pause: Pause) -> list[Happening]:
    lines = [Happening(at=pause.paused_at, what="paused", by=pause.paused_by, detail=pause_label(pause.reason))]
    if pause.resumed_at is not None:
        took = (pause.resumed_at - pause.paused_at).total_seconds()
        lines.append(Happening(at=pause.resumed_at, what="resumed", by=pause.resumed_by, seconds=took))
    return lines


def _retarget_line(retarget: Retarget) -> Happening:
    return Happening(
        at=retarget.at, what="retargeted", by=retarget.by, detail=retarget.reason, old_due_at=retarget.old_due_at,
        due_at=retarget.new_due_at,
    )  # fmt: skip


def kinds() -> QuerySet[Kind]:
    return Kind.objects.select_related("calendar").order_by("order", "id")


def breach_reasons(*, only_offered: bool = True) -> QuerySet[BreachReason]:
    """The reasons in their order."""
    rows = BreachReason.objects.order_by("order", "id")
    return rows.filter(is_active=True) if only_offered else rows
