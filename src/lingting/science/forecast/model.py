"""Fit once, predict any horizon: the backtest picks the method, its misses give the noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from .backtest import (
    COMBINATION,
    HORIZONS,
    MOST_ORIGINS,
    Prepared,
    Score,
    Track,
    actual_curves,
    all_methods,
    backtest,
    prepared,
    scores,
    with_combination,
)
from .calendar import Counts, Dates, Days, Event, Figures, Flags
from .combination import combined_curves
from .curves import renewed, root
from .errors import BadHistoryError, BadHorizonError
from .history import History
from .methods import Fitted, Method
from .noise import DayNoise, day_levels, fitted_noise
from .outcome import Forecast
from .sampling import LevelDraws, drawn_paths, drawn_rest, expected_root, trust_in_updates, updated_day

MOST_DAYS_AHEAD = 800
PATHS = 200
LEAST_ORIGINS_TO_CHOOSE = 5
PREFERENCE = 0.99
"""A single method is preferred to the combination only if it was better by more than one percent."""


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted forecaster of one queue. ``scores`` best first; ``track`` to hand to the next day's ``fit``.

    ``levels`` (origins,) are the misses of the day's level, which tie queues together.
    """

    history: History
    events: tuple[Event, ...]
    method: str
    scores: tuple[Score, ...]
    track: Track
    noise: DayNoise
    weights: Figures
    levels: Figures
    ready: Prepared
    fitted: dict[str, Fitted]

    def predict(
        self,
        days: int = 28,
        *,
        seed: int,
        paths: int = PATHS,
        events: Sequence[Event] = (),
        open: ArrayLike | None = None,
        draws: LevelDraws | None = None,
    ) -> Forecast:
        """The next ``days`` calendar days; ``events`` beside those known to ``fit``; the same ``seed``, the same paths.

        ``open`` (days, intervals) says when the centre will be open, else each weekday is as it last was.
        ``draws`` ties the level to that of other queues (``predict_together``). Raises BadHorizonError,
        BadEventError.
        """
        if not 1 <= days <= MOST_DAYS_AHEAD or paths < 1:
            raise BadHorizonError(
                f"{days} days and {paths} paths; 1 to {MOST_DAYS_AHEAD} days and at least one path are possible"
            )
        dates = self.history.dates[-1] + np.arange(1, days + 1)
        is_open = self.history.opening(dates) if open is None else np.asarray(open, dtype=np.bool_)
        if is_open.shape != (days, self.history.figures.shape[1]):
            raise BadHorizonError(f"open must have shape ({days}, {self.history.figures.shape[1]}), not {is_open.shape}")
        known = (*self.events, *events)
        ahead = np.arange(1.0, days + 1.0)
        point = self._curves(dates, is_open=is_open, ahead=ahead)
        point = point * self.ready.effects.factors(dates, like=self.history, events=known)
        rng = np.random.default_rng(seed)
        drawn = drawn_paths(
            rng,
            point=point,
            ahead=ahead,
            noise=self.noise,
            draws=draws or LevelDraws.draw(rng, paths=paths, days=days),
            extra=self.ready.effects.deviations(dates, like=self.history, events=known),
        )
        return self._forecast(dates, is_open=is_open, point=point, paths=drawn)

    def reforecast(self, seen: ArrayLike, *, seed: int, paths: int = PATHS, forecast: Forecast | None = None) -> Forecast:
        """The first day after the history, now that ``seen`` (intervals,) was counted, NaN where it is still to come.

        ``forecast`` is the one to update, else it is made. Raises BadHistoryError naming the intervals at fault.
        """
        before = forecast or self.predict(1, seed=seed, paths=1)
        counted = np.asarray(seen, dtype=np.float64)
        if counted.shape != before.point.shape[1:]:
            raise BadHistoryError(f"seen must have shape {before.point.shape[1:]}, not {counted.shape}")
        wrong = (counted < 0.0) | np.isinf(counted)
        if wrong.any():
            day = replace(self.history, first_day=before.dates[0], counts=counted[None], open=np.ones_like(counted[None]))
            raise BadHistoryError("seen must be 0 or more and finite", places=day.places(wrong[None]))
        deviation = float(self.noise.level_deviations(np.ones(1))[0])
        residuals, said = _misses(
            self.history, ready=self.ready, track=self.track, curves=self.track.curves[self.method], number=0
        )
        trust = trust_in_updates(
            residuals, points=said, present=np.isfinite(counted), noise=self.noise, level_deviation=deviation
        )
        update = updated_day(point=before.point[0], seen=counted, noise=self.noise, level_deviation=deviation, trust=trust)
        drawn = drawn_rest(
            np.random.default_rng(seed),
            seen=counted,
            update=update,
            noise=self.noise,
            level_deviation=deviation,
            paths=paths,
        )
        return self._forecast(before.dates[:1], is_open=before.open[:1], point=update.expected[None], paths=drawn[:, None])

    def _curves(self, dates: Dates, *, is_open: Flags, ahead: Figures) -> Figures:
        before = bool(self.history.is_open[-1].any())
        days = Days.of(dates, is_open=is_open, table=self.history.table, open_before=before)
        if self.method != COMBINATION:
            return np.where(is_open, self.fitted[self.method].predict(days), 0.0)
        each = np.stack([fitted.predict(days) for fitted in self.fitted.values()])
        nearest = np.argmin(np.abs(np.log(ahead)[:, None] - np.log(HORIZONS)[None, :]), axis=1)
        mixed = [combined_curves(each[:, day], weights=self.weights[band]) for day, band in enumerate(nearest)]
        return np.where(is_open, np.array(mixed), 0.0)

    def _forecast(self, dates: Dates, *, is_open: Flags, point: Figures, paths: Counts) -> Forecast:
        return Forecast(
            queue=self.history.queue,
            channel=self.history.channel,
            dates=dates,
            start_minute=self.history.start_minute,
            interval_minutes=self.history.interval_minutes,
            open=is_open,
            point=point,
            paths=np.where(is_open, paths, 0),
            method=self.method,
            scores=self.scores,
            findings=self.ready.findings,
            noise=self.noise,
        )


def fit(
    history: History,
    *,
    events: Sequence[Event] = (),
    methods: Sequence[Method] | None = None,
    origins: int = MOST_ORIGINS,
    track: Track | None = None,
) -> Model:
    """Learn from ``history``: try every method on its last ``origins`` days, keep the best or their combination.

    ``track`` of yesterday's model saves all but one day of the work. Fewer than a handful of days to try give the
    weekday mean. Raises TooLittleHistoryError below two usable days.
    """
    tried = tuple(methods or all_methods())
    ready = prepared(history, events=events)
    tested = backtest(history, events=events, methods=tried, origins=origins, track=track)
    tuning = renewed(tested.tuning, past=ready.past)
    usable = _usable(history, ready=ready)
    tested, weights = with_combination(usable, track=tested)
    found = scores(history, origins=tested.origins, curves=tested.curves)
    judged = scores(usable, origins=tested.origins, curves=tested.curves)
    method = _chosen(judged, origins=len(tested.origins), tried=tried)
    noise, levels = _noise(history, ready=ready, track=tested, curves=tested.curves[method])
    return Model(
        history=history,
        events=tuple(events),
        method=method,
        scores=found,
        track=replace(tested, tuning=tuning),
        noise=noise,
        weights=weights,
        levels=levels,
        ready=ready,
        fitted={one.name: one.fit(ready.past, tuning=tuning) for one in tried},
    )


def predict_together(
    models: Sequence[Model], *, days: int = 28, seed: int, paths: int = PATHS, events: Sequence[Sequence[Event]] = ()
) -> list[Forecast]:
    """Forecasts whose paths n belong together: the queues' levels move as they did in the backtest.

    ``events`` holds those of each queue. Correlation of the levels on shared days, shrunk to none as if ten days
    without had been seen; ``total_of`` the answer has honest intervals.
    """
    rng = np.random.default_rng(seed)
    upper = np.linalg.cholesky(_correlation(models))
    draws = [LevelDraws.draw(rng, paths=paths, days=days) for _model in models]
    lasting, passing = (np.einsum("qr,rpd->qpd", upper, [getattr(own, part) for own in draws]) for part in ("lasting", "passing"))
    seeds = rng.integers(0, 2**32, len(models))
    return [
        model.predict(
            days,
            seed=int(seeds[number]),
            paths=paths,
            events=events[number] if events else (),
            draws=LevelDraws(lasting[number], passing[number]),
        )
        for number, model in enumerate(models)
    ]


def _chosen(found: Sequence[Score], *, origins: int, tried: Sequence[Method]) -> str:
    if origins < LEAST_ORIGINS_TO_CHOOSE:
        names = [method.name for method in tried]
        return "weekday mean" if "weekday mean" in names else names[0]
    combination = next(score for score in found if score.method == COMBINATION)
    best = found[0]
    clearly = best.per_interval + best.per_day < PREFERENCE * (combination.per_interval + combination.per_day)
    return best.method if clearly else COMBINATION


def _noise(history: History, *, ready: Prepared, track: Track, curves: Figures) -> tuple[DayNoise, Figures]:
    """Noise of the chosen method's ``curves`` (origins, horizons, intervals), and its level misses by origin."""
    misses = []
    for number, horizon in enumerate(HORIZONS):
        residuals, said = _misses(history, ready=ready, track=track, curves=curves, number=number)
        misses.append((horizon, residuals, np.where(np.isfinite(residuals), root(said), 0.0)))
    _horizon, residuals, roots = misses[0]
    noise = fitted_noise(residuals, roots=roots, later=misses[1:], minutes=history.interval_minutes)
    return noise, day_levels(residuals, roots=roots)


def _usable(history: History, *, ready: Prepared) -> History:
    """The history without outages and days left out: methods are chosen by what they could have known."""
    return replace(history, counts=np.where(np.isfinite(ready.past.values), history.figures, np.nan))


def _misses(history: History, *, ready: Prepared, track: Track, curves: Figures, number: int) -> tuple[Figures, Figures]:
    """Misses in roots (origins, intervals), NaN where unknown, and forecasts, at horizon ``number``.

    Outages and days left out tell nothing about the noise of others and are unknown too.
    """
    actual = actual_curves(_usable(history, ready=ready), origins=track.origins, horizon=HORIZONS[number])
    known = np.isfinite(curves[:, number])
    said = np.nan_to_num(curves[:, number])
    return np.where(known, root(actual) - expected_root(said), np.nan), said


def _correlation(models: Sequence[Model]) -> Figures:
    correlation = np.eye(len(models))
    for one in range(len(models)):
        for other in range(one):
            shared, mine, theirs = np.intersect1d(models[one].track.origins, models[other].track.origins, return_indices=True)
            pair = np.stack([models[one].levels[mine], models[other].levels[theirs]])
            pair = pair[:, np.isfinite(pair[0]) & np.isfinite(pair[1])]
            if pair.shape[1] > 2 and (pair.std(axis=1) > 0.0).all():
                found = float(np.asarray(np.corrcoef(pair))[0, 1]) * len(shared) / (len(shared) + 10.0)
                correlation[one, other] = correlation[other, one] = found
    values, vectors = np.linalg.eigh(correlation)
    repaired = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    spread = np.diagonal(repaired) ** 0.5
    return np.asarray(repaired / np.outer(spread, spread))
