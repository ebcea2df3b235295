"""Days and intervals of a history that do not fit, and the reason for thinking so."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from .calendar import Days, Figures, Flags
from .history import History

NEIGHBOURS = 8
"""Same weekdays on either side that a day is compared with."""
LEVEL_LIMIT = 6.0
"""Robust standard deviations of the day's level from which on it is called an outlier."""
LEAST_LEVEL_CHANGE = 0.25
LEFT_OUT_LOG_CHANGE = 0.5
"""Smaller outliers are told but kept: methods weigh a day that is a quarter off better than by forgetting it."""
SHAPE_LIMIT, SHAPE_LEFT_OUT = 7.0, 12.0
ZERO_RUN_CHANCE = 1e-7
MAD_TO_DEVIATION = 1.4826
LEAST_DAYS = 10
STRONGEST_LOG_EFFECT = 0.7


class FindingKind(enum.Enum):
    """What is odd."""

    MISSING = "missing"
    LEVEL = "level"
    SHAPE = "shape"
    ZERO_RUN = "zero run"


@dataclass(frozen=True)
class Finding:
    """One odd day (or run of intervals on it), with the reason in words and whether it is left out of fitting."""

    day: np.datetime64
    kind: FindingKind
    why: str
    is_left_out: bool


@dataclass(frozen=True, eq=False)
class Examined:
    """``values`` (days, intervals): the counts to fit on, NaN where missing, closed or left out; ``findings``."""

    values: Figures
    findings: tuple[Finding, ...]


def examine(history: History, *, factors: Figures | None = None) -> Examined:
    """Mark missing days, runs of zeros, and days whose level or shape does not fit their neighbours.

    ``factors`` (days, intervals) are known effects, taken out before looking, so that a campaign is no outlier; days
    which they move to half or twice are not learned from at all.
    Level: log of the day's sum over the median of the nearest same weekdays, in robust deviations (median
    absolute deviation x 1.4826; Rousseeuw & Croux 1993). Shape: Pearson's X2 of the day against the median
    profile at its own sum, likewise. Zero run: probability under Poisson at the profile's level.
    """
    known = np.ones(history.figures.shape) if factors is None else factors
    counts = np.where(np.abs(np.log(known)) > STRONGEST_LOG_EFFECT, np.nan, history.figures / known)
    findings = _missing(history)
    expected = _expected(counts, history.days)
    values, zero_runs = _without_zero_runs(history, counts=counts, expected=expected)
    findings += zero_runs
    odd, level_and_shape = _odd_days(history, values=values, expected=expected)
    values = np.where(odd[:, None], np.nan, values)
    findings += level_and_shape
    return Examined(values=values, findings=tuple(sorted(findings, key=lambda found: str(found.day))))


def _missing(history: History) -> list[Finding]:
    gaps = (history.is_open & np.isnan(history.figures)).sum(axis=1)
    wanted = history.is_open.sum(axis=1)
    return [
        Finding(
            day=history.dates[row],
            kind=FindingKind.MISSING,
            why=f"{gaps[row]} of {wanted[row]} open intervals have no figure",
            is_left_out=True,
        )
        for row in np.flatnonzero(gaps)
    ]


def _expected(counts: Figures, days: Days) -> Figures:
    """Median of the nearest same weekdays, interval by interval; NaN where there are fewer than three."""
    expected = np.full_like(counts, np.nan)
    seen = np.isfinite(counts).any(axis=1)
    for weekday in np.unique(days.weekday):
        rows = np.flatnonzero((days.weekday == weekday) & seen)
        if len(rows) < 3:
            continue
        places = np.arange(len(rows))
        width = min(NEIGHBOURS + 1, len(rows))
        window = np.clip(places - NEIGHBOURS // 2, 0, len(rows) - width)[:, None] + np.arange(width)
        near = window[window != places[:, None]].reshape(len(rows), width - 1)
        expected[rows] = _present_median(counts[rows[near]])
    return expected


def _present_median(values: Figures) -> Figures:
    """Median over the middle axis of what is there, NaN where nothing is."""
    ordered = np.sort(values, axis=1)
    count = np.isfinite(values).sum(axis=1)[:, None, :]
    low = np.maximum(count - 1, 0) // 2
    high = np.minimum(count // 2, values.shape[1] - 1)
    pair = [np.take_along_axis(ordered, place, axis=1)[:, 0] for place in (low, high)]
    return np.asarray(np.where(count[:, 0] > 0, (pair[0] + pair[1]) / 2.0, np.nan))


def _without_zero_runs(history: History, *, counts: Figures, expected: Figures) -> tuple[Figures, list[Finding]]:
    values = counts.copy()
    findings = []
    candidates = np.flatnonzero(((counts == 0.0) & (expected > 0.0)).any(axis=1))
    for row in candidates:
        for start, end in _runs((counts[row] == 0.0) & (expected[row] > 0.0)):
            usual = float(expected[row, start:end].sum())
            if np.exp(-usual) > ZERO_RUN_CHANCE:
                continue
            values[row, start:end] = np.nan
            cells = np.zeros_like(history.is_open)
            cells[row, [start, end - 1]] = True
            ends = history.places(cells)
            findings.append(
                Finding(
                    day=history.dates[row],
                    kind=FindingKind.ZERO_RUN,
                    why=f"no arrival from {ends[0]} to {ends[-1]} where about {usual:.0f} are usual",
                    is_left_out=True,
                )
            )
    return values, findings


def _runs(flags: Flags) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _odd_days(history: History, *, values: Figures, expected: Figures) -> tuple[Flags, list[Finding]]:
    both = np.isfinite(values) & np.isfinite(expected)
    usual = np.where(both, expected, 0.0).sum(axis=1)
    actual = np.where(both, values, 0.0).sum(axis=1)
    known = usual > 0.0
    odd = np.zeros(len(values), dtype=np.bool_)
    if known.sum() < LEAST_DAYS:
        return odd, []
    level = np.log((actual + 0.5) / (usual + 0.5))
    level_score = _robust_scores(level, known=known, least_spread=0.02 + 1.0 / np.sqrt(np.median(usual[known])))
    shape_score = _shape_scores(values, expected=expected, both=both, known=known)
    findings = []
    for row in np.flatnonzero(known):
        change = actual[row] / usual[row] - 1.0
        if abs(level_score[row]) > LEVEL_LIMIT and abs(change) > LEAST_LEVEL_CHANGE:
            odd[row] = abs(level[row]) > LEFT_OUT_LOG_CHANGE
            why = (
                f"{actual[row]:.0f} arrivals where {usual[row]:.0f} are usual ({change:+.0%}, {level_score[row]:+.1f} deviations)"
            )
            findings.append(Finding(day=history.dates[row], kind=FindingKind.LEVEL, why=why, is_left_out=bool(odd[row])))
        elif shape_score[row] > SHAPE_LIMIT:
            odd[row] = shape_score[row] > SHAPE_LEFT_OUT
            most = _where(history, int(row), values, expected)
            why = f"the course of the day is unusual ({shape_score[row]:.1f} deviations), most at {most}"
            findings.append(Finding(day=history.dates[row], kind=FindingKind.SHAPE, why=why, is_left_out=bool(odd[row])))
    return odd, findings


def _shape_scores(values: Figures, *, expected: Figures, both: Flags, known: Flags) -> Figures:
    ratio = np.where(both, values, 0.0).sum(axis=1) / np.maximum(np.where(both, expected, 0.0).sum(axis=1), 1e-9)
    fitted = expected * ratio[:, None]
    terms = np.where(both, (values - fitted) ** 2 / np.maximum(fitted, 0.5), 0.0).sum(axis=1)
    per_interval = np.log((terms + 1.0) / np.maximum(both.sum(axis=1), 1.0))
    least = float(np.sqrt(2.0 / max(1.0, float(np.median(both.sum(axis=1)[known])))))
    return _robust_scores(per_interval, known=known, least_spread=least)


def _robust_scores(values: Figures, *, known: Flags, least_spread: float) -> Figures:
    middle = np.median(values[known])
    spread = max(MAD_TO_DEVIATION * float(np.median(np.abs(values[known] - middle))), least_spread)
    scores: Figures = np.where(known, (values - middle) / spread, 0.0)
    return scores


def _where(history: History, row: int, values: Figures, expected: Figures) -> str:
    distance = np.nan_to_num((values[row] - expected[row]) ** 2 / np.maximum(expected[row], 0.5))
    cells = np.zeros_like(history.is_open)
    cells[row, int(np.argmax(distance))] = True
    return history.places(cells)[0]
