"""What events and open holidays do to the volume, learned from their past occurrences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .calendar import Dates, DayKind, DayTable, Event, Figures, Flags
from .errors import BadEventError
from .history import MINUTES_A_DAY, History

PRIOR_DEVIATION = 0.5
"""Spread of log effects before any occurrence was seen: half of them within 0.7 to 1.4 times."""
NEW_DEVIATION = 0.15
"""Spread from one occurrence to the next while hardly one is known."""
NEAR_DAYS = 35


@dataclass(frozen=True)
class Effect:
    """Factor on volume of one kind; ``deviation`` of its logarithm; from how many days it was learned."""

    factor: float
    deviation: float
    days: int


@dataclass(frozen=True)
class Effects:
    """Effects by kind of event; open holidays and made-up working days are kinds of their own."""

    by_kind: Mapping[str, Effect]

    def factors(self, dates: Dates, *, like: History, events: Sequence[Event], is_strict: bool = True) -> Figures:
        """Factors (days, intervals) on volume. Raises BadEventError for a kind neither given nor learned."""
        factors = np.ones((len(dates), like.figures.shape[1]))
        for kind, event, cells in _occurrences(dates, like=like, events=events):
            given = event.effect if event else None
            if is_strict and given is None and event is not None and kind not in self.by_kind and cells.any():
                raise BadEventError(
                    f"No past event of kind {kind!r} was counted to learn from, so the one of {event.start} needs an effect"
                )
            learned = self.by_kind.get(kind)
            factors[cells] *= given if given is not None else (learned.factor if learned else 1.0)
        return factors

    def deviations(self, dates: Dates, *, like: History, events: Sequence[Event]) -> Figures:
        """Deviation of the log effect by day, 0 on ordinary days."""
        deviations = np.zeros(len(dates))
        for kind, _event, cells in _occurrences(dates, like=like, events=events):
            learned = self.by_kind.get(kind)
            if learned:
                touched = cells.any(axis=1)
                deviations[touched] = np.maximum(deviations[touched], learned.deviation)
        return deviations


def learned_effects(history: History, *, events: Sequence[Event]) -> Effects:
    """Mean log ratio of counted to usual volume by kind, shrunk to no effect as a normal prior would.

    Usual is the weekday's mean within five weeks, without any special interval. With n days of a kind, spread s
    of ordinary days and prior spread t: mean x n / (n + s2/t2) (Gelman et al., Bayesian Data Analysis, ch. 2).
    """
    occurrences = [found for found in _occurrences(history.dates, like=history, events=events) if found[2].any()]
    if not occurrences:
        return Effects({})
    special = np.logical_or.reduce([cells for _kind, _event, cells in occurrences])
    usual = _usual(history, special=special)
    spread = _ordinary_spread(history.figures, usual=usual, special=special)
    ratios: dict[str, list[float]] = {}
    for kind, event, cells in occurrences:
        if event is None or event.effect is None:
            ratios.setdefault(kind, []).extend(_log_ratios(history.figures, usual=usual, cells=cells))
    by_kind = {}
    for kind, found in ratios.items():
        if found:
            trust = len(found) / (len(found) + spread**2 / PRIOR_DEVIATION**2)
            apart = float(np.sum((np.array(found) - np.mean(found)) ** 2))
            deviation = np.sqrt((apart + 2.0 * NEW_DEVIATION**2) / (len(found) + 1.0))
            by_kind[kind] = Effect(float(np.exp(trust * np.mean(found))), float(deviation), len(found))
    return Effects(by_kind)


def _occurrences(dates: Dates, *, like: History, events: Sequence[Event]) -> list[tuple[str, Event | None, Flags]]:
    """(kind, event or None for a kind of day, cells) of everything special on ``dates``."""
    intervals = like.figures.shape[1]
    shape = (len(dates), intervals)
    starts = dates.astype("datetime64[D]").astype(np.int64)[:, None] * MINUTES_A_DAY + like.start_minute
    starts = starts + np.arange(intervals) * like.interval_minutes
    found: list[tuple[str, Event | None, Flags]] = [
        (event.kind, event, (starts < event.last_minute) & (starts + like.interval_minutes > event.first_minute))
        for event in events
    ]
    kinds = np.array([_kind_of_day(day, table=like.table) for day in dates])
    whole_days = [(str(kind), np.broadcast_to((kinds == kind)[:, None], shape)) for kind in np.unique(kinds[kinds != ""])]
    return found + [(kind, None, cells) for kind, cells in whole_days]


def _kind_of_day(day: np.datetime64, *, table: DayTable) -> str:
    """Days of a table with the same kind and name teach each other; empty for ordinary and closed days."""
    special = table.days.get(str(day))
    if special is None or special.kind is DayKind.CLOSED:
        return ""
    return f"{special.kind.value} {special.name}".strip()


def _usual(history: History, *, special: Flags) -> Figures:
    counts = np.where(special, np.nan, history.figures)
    days = history.days
    usual = np.full_like(counts, np.nan)
    for row in np.flatnonzero(special.any(axis=1)):
        near = np.abs(days.ordinal - days.ordinal[row]) <= NEAR_DAYS
        same = near & (days.weekday == days.weekday[row])
        chosen = counts[same] if np.isfinite(counts[same]).any() else counts[near]
        present = np.isfinite(chosen)
        sums = np.where(present, chosen, 0.0).sum(axis=0)
        usual[row] = np.where(present.any(axis=0), sums / np.maximum(present.sum(axis=0), 1), np.nan)
    return usual


def _log_ratios(counts: Figures, *, usual: Figures, cells: Flags) -> list[float]:
    both = cells & np.isfinite(counts) & np.isfinite(usual)
    rows = np.flatnonzero(both.any(axis=1))
    return [float(np.log((counts[row][both[row]].sum() + 0.5) / (usual[row][both[row]].sum() + 0.5))) for row in rows]


def _ordinary_spread(counts: Figures, *, usual: Figures, special: Flags) -> float:
    """Spread of the log level from one ordinary day to the same weekday a week later, a measure of noise."""
    sums = np.where(special.any(axis=1) | ~np.isfinite(counts).any(axis=1), np.nan, np.nansum(counts, axis=1))
    if len(sums) <= 7:
        return 0.1
    change = np.log((sums[7:] + 0.5) / (sums[:-7] + 0.5))
    change = change[np.isfinite(change)]
    return max(float(np.std(change)) / np.sqrt(2.0), 0.02) if len(change) > 3 else 0.1
