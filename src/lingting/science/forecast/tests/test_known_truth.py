"""Where the truth is known the forecast comes near it, covers it, and learns what was put in."""

import numpy as np
import pytest
from scipy.special import ndtr

from lingting.science.forecast import (
    DayKind,
    DayTable,
    Event,
    FindingKind,
    History,
    Per,
    SpecialDay,
    borrowed_history,
    examine,
    fit,
    fit_handling,
)
from lingting.science.forecast.sampling import LevelDraws
from lingting.science.forecast.tests.invented import FIRST_DAY, expected_counts, invented_history


def test_a_week_ahead_is_near_the_truth_and_better_than_last_week() -> None:
    model = fit(invented_history(98, level=3000.0), origins=20)
    truth = expected_counts(105, level=3000.0)[-7:]

    forecast = model.predict(7, seed=1)

    assert np.abs(forecast.point - truth).sum() / truth.sum() < 0.05
    by_name = {score.method: score for score in model.scores}
    assert by_name[model.method].per_interval < 0.85 * by_name["last week"].per_interval
    assert "last week (naive)" in forecast.explain()


def test_intervals_cover_what_comes() -> None:
    history = invented_history(125, seed=5)
    covered, days_covered, track = [], [], None
    for last in range(95, 125):
        model = fit(history.until(FIRST_DAY + last), origins=40, track=track)
        track = model.track
        forecast = model.predict(1, seed=last, paths=300)
        lower, upper = forecast.interval(0.8)
        came = history.figures[last]
        covered.append(((came >= lower[0]) & (came <= upper[0])).mean())
        low, high = forecast.interval(0.8, per=Per.DAY)
        days_covered.append(low[0] <= came.sum() <= high[0])

    assert 0.72 < np.mean(covered) < 0.92
    assert 0.6 < np.mean(days_covered) <= 1.0


def test_yesterdays_track_gives_the_same_backtest() -> None:
    history = invented_history(60)
    before = fit(history.until(FIRST_DAY + 59), origins=10)

    carried = fit(history, origins=10, track=before.track)

    assert len(carried.track.origins) == 10
    for name in ("last week", "weekday mean", "smoothing"):
        assert np.allclose(carried.track.curves[name], fit(history, origins=10).track.curves[name], equal_nan=True)


def test_a_day_seen_to_be_busy_is_forecast_busier() -> None:
    model = fit(invented_history(98, level=3000.0, spread=0.15), origins=40)
    usual = model.predict(1, seed=1)
    seen = np.full(24, np.nan)
    seen[:8] = np.rint(1.4 * usual.point[0, :8])

    updated = model.reforecast(seen, seed=1, forecast=usual)

    assert np.array_equal(updated.paths[:, 0, :8], np.broadcast_to(seen[:8], (200, 8)))
    assert 1.15 < updated.point[0, 8:].sum() / usual.point[0, 8:].sum() < 1.5
    spread = [np.std(one.paths[:, 0, 8:].sum(axis=1)) for one in (usual, updated)]
    assert spread[1] < 0.7 * spread[0] * 1.4


def test_nothing_seen_changes_nothing() -> None:
    model = fit(invented_history(60), origins=10)
    usual = model.predict(1, seed=1)

    assert np.allclose(model.reforecast(np.full(24, np.nan), seed=1, forecast=usual).point, usual.point)


def test_the_effect_of_a_campaign_is_learned_and_applied() -> None:
    history = invented_history(84, level=3000.0, spread=0.02)
    counts = history.figures.copy()
    past = ("2026-02-03", "2026-02-19", "2026-03-10")
    for day in past:
        counts[int((np.datetime64(day) - FIRST_DAY).astype(int))] *= 1.5
    events = [Event(kind="mailing", start=day, end=day) for day in (*past, "2026-04-01")]
    model = fit(History.on_days(history.dates, counts=counts, interval_minutes=30, start_minute=480), events=events, origins=5)

    forecast = model.predict(7, seed=1)

    assert model.ready.effects.by_kind["mailing"].factor == pytest.approx(1.5, rel=0.06)
    row = int((np.datetime64("2026-04-01") - forecast.dates[0]).astype(int))
    truth = 1.5 * expected_counts(91, level=3000.0)[84 + row].sum()
    assert forecast.expected(Per.DAY)[row] == pytest.approx(truth, rel=0.08)


def test_a_given_effect_moves_only_its_hours() -> None:
    model = fit(invented_history(56), origins=5)
    plain = model.predict(2, seed=1)
    event = Event(kind="outage", start="2026-03-02T10:00", end="2026-03-02T12:00", effect=2.0)

    moved = model.predict(2, seed=1, events=[event])

    assert np.allclose(moved.point[0, 4:8], 2.0 * plain.point[0, 4:8])
    assert np.allclose(np.delete(moved.point[0], range(4, 8)), np.delete(plain.point[0], range(4, 8)))


def test_an_open_holiday_is_learned_from_its_like() -> None:
    names = ("2026-01-21", "2026-02-18", "2026-03-30")
    table = DayTable({day: SpecialDay(kind=DayKind.HOLIDAY, name="bank holiday") for day in names})
    counts = invented_history(84, level=3000.0, spread=0.02).figures.copy()
    for day in names[:2]:
        counts[int((np.datetime64(day) - FIRST_DAY).astype(int))] *= 0.3
    history = History.on_days(FIRST_DAY + np.arange(84), counts=counts, interval_minutes=30, table=table)

    forecast = fit(history, origins=5).predict(7, seed=1)

    assert forecast.expected(Per.DAY)[0] == pytest.approx(0.3 * 1.2 * 3000.0, rel=0.15)


def test_a_made_up_working_day_follows_the_weekday_it_acts_as() -> None:
    saturday = "2026-03-07"
    table = DayTable({saturday: SpecialDay(kind=DayKind.WORKING_DAY, acts_as=0)})
    forecast = fit(invented_history(56, level=3000.0, spread=0.02, table=table), origins=5).predict(7, seed=1)

    assert str(forecast.dates[5]) == saturday
    assert forecast.expected(Per.DAY)[5] == pytest.approx(1.2 * 3000.0, rel=0.08)


def test_odd_days_are_marked_and_explained() -> None:
    counts = invented_history(56, level=3000.0).figures.copy()
    counts[20] = np.nan
    counts[30] *= 3.0
    counts[40, 6:12] = 0.0
    counts[45] = counts[45][::-1]
    found = examine(History.on_days(FIRST_DAY + np.arange(56), counts=counts, interval_minutes=30, start_minute=480)).findings

    kinds = {int((finding.day - FIRST_DAY).astype(int)): finding for finding in found}
    assert {day: finding.kind for day, finding in kinds.items()} == {
        20: FindingKind.MISSING,
        30: FindingKind.LEVEL,
        40: FindingKind.ZERO_RUN,
        45: FindingKind.SHAPE,
    }
    assert "are usual" in kinds[30].why
    assert "from 2026-02-14 11:00 to 2026-02-14 13:30" in kinds[40].why


def test_a_normal_history_has_no_findings() -> None:
    assert examine(invented_history(70, seed=9)).findings == ()


def test_a_new_queue_borrows_scale_and_shape() -> None:
    reference = invented_history(84, level=3000.0)
    own = History.on_days(
        reference.dates[-7:], counts=np.rint(reference.figures[-7:] * 0.2), interval_minutes=30, start_minute=480
    )

    lent = borrowed_history(reference, queue="new", own=own)
    forecast = fit(lent, origins=5).predict(7, seed=1)

    truth = 0.2 * expected_counts(91, level=3000.0)[-7:]
    assert np.abs(forecast.point - truth).sum() / truth.sum() < 0.12
    assert forecast.queue == "new"


def test_handling_time_knows_level_weekday_and_hour_as_far_as_contacts_bear_it_out() -> None:
    history = invented_history(56, level=3000.0)
    within = 1.0 + 0.3 * np.sin(np.linspace(0.0, np.pi, 24))
    rng = np.random.default_rng(2)
    seconds = 240.0 * within * (1.0 + rng.standard_normal(history.figures.shape) / np.sqrt(np.maximum(history.figures, 1.0)))
    thin = history.figures.copy()
    thin[:, 0] = np.where(np.arange(56) == 50, 1.0, 0.0)
    seconds[:, 0] = 2400.0
    model = fit_handling(
        History.on_days(history.dates, counts=thin, interval_minutes=30),
        seconds=np.where(thin > 0, np.maximum(seconds, 1.0), np.nan),
    )
    said = model.expected(fit(history, origins=3).predict(7, seed=1))

    assert np.allclose(said[:, 1:].mean(axis=0), 240.0 * within[1:], rtol=0.08)
    assert said[:, 0].max() < 1.3 * model.level_seconds


def test_draws_of_a_day_are_spread_evenly_and_unlike_those_of_the_next() -> None:
    draws = [LevelDraws.draw(np.random.default_rng(seed), paths=200, days=3) for seed in range(20)]

    strata = np.floor(np.sort(ndtr(draws[0].lasting), axis=0) * 200).astype(int)
    assert np.array_equal(strata, np.tile(np.arange(200)[:, None], (1, 3)))
    sums = [np.quantile(0.6 * draw.lasting + 0.8 * draw.passing, 0.9, axis=0) for draw in draws]
    assert np.abs(np.array(sums) - 1.2815515655446004).max() < 0.12
    assert np.abs(np.corrcoef(np.hstack([draws[0].lasting, draws[0].passing]).T) - np.eye(6)).max() < 0.3


def test_day_sums_of_the_past_would_have_been_covered() -> None:
    history = invented_history(120, seed=2)
    model = fit(history, origins=56)
    level = float(model.noise.level_deviations(np.ones(1))[0])

    misses = np.abs(model.levels[np.isfinite(model.levels)])

    assert 0.75 <= np.mean(misses <= 1.2815515655446004 * level) <= 0.9
