"""A queue without a past of its own borrows one: scale and shape of a queue like it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .calendar import Figures
from .errors import BadHistoryError
from .history import History

OWN_CALLS_FOR_HALF = 400.0
"""Own arrivals after which the own shape of the day weighs as much as the borrowed one."""


def borrowed_history(
    reference: History, *, queue: str, channel: str = "", scale: float | None = None, own: History | None = None
) -> History:
    """The past that a new queue would have had: ``reference`` times ``scale``, and ``own`` days where there are any.

    Without ``scale`` it is the ratio of own to reference arrivals on the days both have. With own days the
    borrowed shape moves towards the own one, half way after 400 own arrivals (a gamma prior on each
    interval's share). Fit a model on the answer as on any history. Raises BadHistoryError naming the days.
    """
    if own is not None:
        _check_alike(reference, own=own)
    if scale is None:
        scale = _shared_ratio(reference, own=own)
    if not (np.isfinite(scale) and scale > 0.0):
        raise BadHistoryError(f"scale must be above 0, not {scale}")
    past = reference.figures * scale
    if own is None:
        return replace(reference, counts=past, queue=queue, channel=channel)
    past = past * _shape_change(reference, own=own)
    start = int((own.first_day - reference.first_day).astype(np.int64))
    length = max(len(past), start + len(own.figures))
    counts = np.full((length, past.shape[1]), np.nan)
    is_open = np.zeros(counts.shape, dtype=np.bool_)
    counts[: len(past)], is_open[: len(past)] = past, reference.is_open
    rows = slice(start, start + len(own.figures))
    known = np.isfinite(own.figures)
    counts[rows] = np.where(known, own.figures, counts[rows])
    is_open[rows] = own.is_open
    return replace(reference, counts=counts, open=is_open, queue=queue, channel=channel, table=own.table)


def _check_alike(reference: History, *, own: History) -> None:
    same = (reference.interval_minutes, reference.start_minute, reference.figures.shape[1]) == (
        own.interval_minutes,
        own.start_minute,
        own.figures.shape[1],
    )
    if not same:
        raise BadHistoryError("the queue and its reference need the same intervals of the day")
    if own.first_day < reference.first_day or own.first_day > reference.dates[-1] + 1:
        raise BadHistoryError(
            "the queue's own history must begin within the reference's or the day after it",
            places=(str(own.first_day),),
        )


def _shared(reference: History, *, own: History) -> tuple[Figures, Figures]:
    """Counts of both on the intervals both have, (days, intervals), 0 elsewhere."""
    start = int((own.first_day - reference.first_day).astype(np.int64))
    theirs = reference.figures[start : start + len(own.figures)]
    mine = own.figures[: len(theirs)]
    both = np.isfinite(theirs) & np.isfinite(mine)
    return np.where(both, theirs, 0.0), np.where(both, mine, 0.0)


def _shared_ratio(reference: History, *, own: History | None) -> float:
    if own is None:
        raise BadHistoryError("a queue without a day of its own needs a scale")
    theirs, mine = _shared(reference, own=own)
    if not theirs.sum():
        raise BadHistoryError(
            "the queue and its reference share no day with arrivals, so the scale must be given",
            places=(str(own.dates[0]), str(own.dates[-1])),
        )
    return float(mine.sum() / theirs.sum()) or 1e-6


def _shape_change(reference: History, *, own: History) -> Figures:
    """Factor (intervals,) from the borrowed to the blended share of each interval."""
    theirs, mine = _shared(reference, own=own)
    if not theirs.sum():
        return np.ones(theirs.shape[1])
    usual = theirs.sum(axis=0) / theirs.sum()
    arrived = mine.sum()
    blended = (mine.sum(axis=0) + OWN_CALLS_FOR_HALF * usual) / (arrived + OWN_CALLS_FOR_HALF)
    return np.where(usual > 0.0, blended / np.maximum(usual, 1e-12), 1.0)
