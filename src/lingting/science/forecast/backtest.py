"""Every method asked for the days that are known by now, from what was known before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .calendar import Dates, Days, Event, Figures
from .combination import combined_curves, rolling_weights
from .curves import CurvesWithMemory, DayCurves, renewed
from .effects import Effects, learned_effects
from .errors import TooLittleHistoryError
from .examination import Finding, examine
from .history import History
from .methods import LastWeek, Method, Past, Smoothing, Tuning, WeekdayLevel, WeekdayMean

HORIZONS = (1, 7, 28)
"""Days ahead that are tried; 1 is the next calendar day."""
NAIVE, COMBINATION = "last week", "combination"
LEAST_DAYS_BEFORE = 5
MOST_ORIGINS = 56
EARLY_ORIGINS = 7
LEAST_DAYS = 2


def all_methods() -> tuple[Method, ...]:
    """The methods tried, the naive one first."""
    return (LastWeek(), WeekdayMean(), WeekdayLevel(), Smoothing(), CurvesWithMemory(), DayCurves())


@dataclass(frozen=True, eq=False)
class Prepared:
    """A history made ready to learn from: events taken out, odd days left out."""

    past: Past
    effects: Effects
    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class Track:
    """What was forecast when: ``origins`` (dates) and by method (origins, horizons, intervals), NaN if unknown.

    Hand it to the next ``fit`` and only the new days are worked out.
    """

    origins: Dates
    curves: dict[str, Figures]
    tuning: Tuning = field(default_factory=Tuning)


@dataclass(frozen=True)
class Score:
    """Weighted absolute percentage error (sum of misses over sum of arrivals) of one method, one day ahead."""

    method: str
    per_interval: float
    per_day: float
    days: int


def prepared(history: History, *, events: Sequence[Event] = ()) -> Prepared:
    """Learn the effects of events, take them out, leave odd days out. Raises TooLittleHistoryError."""
    effects = learned_effects(history, events=events)
    factors = effects.factors(history.dates, like=history, events=events, is_strict=False)
    examined = examine(history, factors=factors)
    past = Past(history.days, examined.values)
    if len(past.rows) < LEAST_DAYS:
        raise TooLittleHistoryError(
            f"{history.queue or 'The queue'} has {len(past.rows)} usable days and needs {LEAST_DAYS}; "
            "lend it the history of a similar queue (borrowed_history)"
        )
    return Prepared(past, effects, examined.findings)


def backtest(
    history: History,
    *,
    events: Sequence[Event] = (),
    methods: Sequence[Method] | None = None,
    origins: int = MOST_ORIGINS,
    track: Track | None = None,
) -> Track:
    """Forecast each of the last ``origins`` observed days from the days before it; keep what ``track`` has."""
    tried = tuple(methods or all_methods())
    observed = np.flatnonzero(history.observed)
    chosen = observed[LEAST_DAYS_BEFORE:][-origins:]
    dates = history.dates[chosen]
    shape = (len(dates), len(HORIZONS), history.figures.shape[1])
    curves = {name: np.full(shape, np.nan) for name in (*(method.name for method in tried), COMBINATION)}
    tuning = track.tuning if track else Tuning()
    known = _known_places(track, names=list(curves))
    for place, day in enumerate(dates):
        if str(day) in known and track is not None:
            for name, values in curves.items():
                values[place] = track.curves[name][known[str(day)]]
            continue
        tuning = _forecast_once(history, place=place, day=day, tried=tried, events=events, curves=curves, tuning=tuning)
    return Track(dates, curves, tuning)


def with_combination(history: History, *, track: Track) -> tuple[Track, Figures]:
    """``track`` with the combination, weighted by what was known before each day, and today's weights.

    Weights (horizons, methods) are in the order of ``track.curves``; what ``track`` has of the combination stays.
    """
    names = [name for name in track.curves if name != COMBINATION]
    stacked = np.stack([track.curves[name] for name in names], axis=1)
    combination = track.curves.get(COMBINATION, np.full_like(stacked[:, 0], np.nan)).copy()
    new = np.flatnonzero(np.isnan(combination).all(axis=(1, 2)))
    first_new = int(new[0]) if len(new) else len(combination)
    latest = np.empty((len(HORIZONS), len(names)))
    for number, horizon in enumerate(HORIZONS):
        actual = actual_curves(history, origins=track.origins, horizon=horizon)
        weights = rolling_weights(stacked[:, :, number], actual=actual, delay=horizon, wanted_from=first_new)
        latest[number] = weights[-1]
        for place in range(first_new, len(track.origins)):
            combination[place, number] = combined_curves(stacked[place, :, number], weights=weights[place])
    return replace(track, curves=track.curves | {COMBINATION: combination}), latest


def actual_curves(history: History, *, origins: Dates, horizon: int) -> Figures:
    """Counts (origins, intervals) of the days ``horizon`` ahead, NaN beyond the history."""
    rows = (origins - history.first_day).astype(np.int64) + horizon - 1
    inside = rows < len(history.figures)
    return np.where(inside[:, None], history.figures[np.minimum(rows, len(history.figures) - 1)], np.nan)


def scores(history: History, *, origins: Dates, curves: dict[str, Figures]) -> tuple[Score, ...]:
    """One day ahead, best first by the mean of both errors; the first few days only warm the weights up."""
    actual = actual_curves(history, origins=origins, horizon=1)
    late = slice(min(EARLY_ORIGINS, len(actual) // 2), None)
    found = [_score(name, predicted=values[late, 0], actual=actual[late]) for name, values in curves.items()]
    return tuple(sorted(found, key=lambda score: score.per_interval + score.per_day))


def _score(name: str, *, predicted: Figures, actual: Figures) -> Score:
    both = np.isfinite(actual) & np.isfinite(predicted)
    truth, said = np.where(both, actual, 0.0), np.where(both, predicted, 0.0)
    total = max(float(truth.sum()), 1e-9)
    per_interval = float(np.abs(truth - said).sum()) / total
    per_day = float(np.abs(truth.sum(axis=1) - said.sum(axis=1)).sum()) / total
    return Score(name, per_interval, per_day, len(actual))


def _known_places(track: Track | None, *, names: list[str]) -> dict[str, int]:
    if track is None or any(name not in track.curves for name in names):
        return {}
    return {str(day): place for place, day in enumerate(track.origins)}


def _forecast_once(
    history: History,
    *,
    place: int,
    day: np.datetime64,
    tried: Sequence[Method],
    events: Sequence[Event],
    curves: dict[str, Figures],
    tuning: Tuning,
) -> Tuning:
    past = history.until(day)
    try:
        ready = prepared(past, events=events)
    except TooLittleHistoryError:
        return tuning
    tuning = renewed(tuning, past=ready.past)
    rows, dates = np.array(HORIZONS) - 1, day + np.arange(HORIZONS[-1])
    is_open = past.opening(dates)
    days = Days.of(dates, is_open=is_open, table=past.table, open_before=bool(past.is_open[-1].any()))[rows]
    factors = ready.effects.factors(dates[rows], like=past, events=events, is_strict=False)
    for method in tried:
        said = method.fit(ready.past, tuning=tuning).predict(days)
        curves[method.name][place] = np.where(days.open, said * factors, 0.0)
    return tuning
