"""What must hold for any history."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingting.science.forecast import (
    DayTable,
    History,
    LastWeek,
    Per,
    Smoothing,
    WeekdayLevel,
    WeekdayMean,
    fit,
    predict_together,
    total_of,
)
from lingting.science.forecast.tests.invented import FIRST_DAY, invented_history

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def any_history(draw: st.DrawFn) -> History:
    days, intervals = draw(st.integers(3, 40)), draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts = rng.poisson(draw(st.sampled_from([0.0, 0.3, 5.0, 400.0])), (days, intervals)).astype(float)
    counts[rng.random(counts.shape) < draw(st.sampled_from([0.0, 0.1, 0.4]))] = np.nan
    counts[:2] = np.nan_to_num(counts[:2])
    return History.on_days(FIRST_DAY + np.arange(days), counts=counts, interval_minutes=60)


@FEW
@given(any_history(), st.integers(1, 40))
def test_any_history_has_a_finite_forecast_that_adds_up(history: History, days: int) -> None:
    forecast = fit(history, origins=4).predict(days, seed=3, paths=30)

    assert np.isfinite(forecast.point).all()
    assert (forecast.point >= 0.0).all()
    assert (forecast.paths >= 0).all()
    for values in (forecast.expected, forecast.sampled):
        assert np.allclose(values(Per.INTERVAL).sum(axis=(-2, -1)), values(Per.TOTAL)[..., 0])
        assert np.allclose(values(Per.INTERVAL).sum(axis=-1), values(Per.DAY))
        assert np.allclose(values(Per.MONTH).sum(axis=-1), values(Per.TOTAL)[..., 0])


@FEW
@given(any_history(), st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6))
def test_quantiles_rise_with_their_level(history: History, levels: list[float]) -> None:
    forecast = fit(history, origins=2).predict(9, seed=3, paths=40)

    for per in Per:
        assert (np.diff(forecast.quantiles(sorted(levels), per=per), axis=0) >= 0.0).all()


@FEW
@given(any_history(), st.integers(0, 1000))
def test_the_same_seed_gives_the_same_paths(history: History, seed: int) -> None:
    model = fit(history, origins=2)

    one, other = (model.predict(5, seed=seed, paths=20).paths for _again in range(2))

    assert np.array_equal(one, other)


@pytest.mark.parametrize("method", [LastWeek(), WeekdayMean()])
@pytest.mark.parametrize("factor", [0.5, 3.0, 40.0])
def test_plain_methods_scale_with_the_counts(method: LastWeek | WeekdayMean, factor: float) -> None:
    history = invented_history(28)
    scaled = History.on_days(history.dates, counts=history.figures * factor, interval_minutes=30)

    one, other = (fit(each, methods=[method], origins=3).predict(7, seed=1).point for each in (history, scaled))

    assert np.allclose(one * factor, other, rtol=0.01)


def test_the_chosen_method_scales_with_the_counts() -> None:
    history = invented_history(70, level=20_000)
    scaled = History.on_days(history.dates, counts=history.figures * 5.0, interval_minutes=30)

    one, other = (fit(each, origins=8).predict(7, seed=1).point for each in (history, scaled))

    assert np.allclose(one * 5.0, other, rtol=0.02)


def test_a_steady_queue_stays_steady() -> None:
    history = History.on_days(FIRST_DAY + np.arange(30), counts=np.full((30, 6), 50.0), interval_minutes=60)

    assert np.allclose(fit(history).predict(14, seed=1).point, 50.0, rtol=0.02)


def test_a_queue_without_arrivals_is_forecast_to_have_next_to_none() -> None:
    history = History.on_days(FIRST_DAY + np.arange(30), counts=np.zeros((30, 6)), interval_minutes=60)

    assert fit(history).predict(14, seed=1).point.max() < 0.1


def test_one_week_is_enough_for_a_forecast() -> None:
    forecast = fit(invented_history(7)).predict(14, seed=1)

    assert forecast.expected(Per.DAY).min() > 200.0
    assert forecast.method == "weekday mean"


def test_two_years_ahead_are_possible_and_less_certain_than_next_week() -> None:
    forecast = fit(invented_history(60, intervals=4), origins=6).predict(730, seed=1, paths=60)
    lower, upper = forecast.interval(0.8, per=Per.DAY)
    width = (upper - lower) / forecast.expected(Per.DAY)

    assert width[-70:].mean() > 1.2 * width[:7].mean()
    assert len(forecast.months) in (24, 25)


def test_a_total_of_queues_that_move_together_is_less_certain_than_of_strangers() -> None:
    one, twin, stranger = invented_history(60, seed=1), invented_history(60, seed=1), invented_history(60, seed=2)

    together, apart = (
        total_of(predict_together([fit(first, origins=25), fit(second, origins=25)], days=7, seed=4, paths=400))
        for first, second in ((one, twin), (one, stranger))
    )

    spread = [np.std(total.sampled(Per.DAY), axis=0).mean() for total in (together, apart)]
    assert spread[0] > 1.1 * spread[1]
    assert np.allclose(together.point.sum(), together.expected(Per.TOTAL)[0])


def test_coarser_intervals_hold_the_same_arrivals() -> None:
    forecast = fit(invented_history(30), origins=4).predict(5, seed=1)

    assert np.allclose(forecast.coarser(120).expected(Per.DAY), forecast.expected(Per.DAY))
    assert np.array_equal(forecast.coarser(120).paths.sum(axis=2), forecast.paths.sum(axis=2))


def test_days_that_are_closed_get_nothing() -> None:
    table = DayTable.closed_on("2026-03-03")
    counts = invented_history(49).figures.copy()
    weekdays = np.arange(49) % 7 < 5
    history = History.on_days((FIRST_DAY + np.arange(49))[weekdays], counts=counts[weekdays], interval_minutes=30, table=table)

    forecast = fit(history, origins=4).predict(14, seed=1)

    closed = np.isin(forecast.dates.astype(str), ["2026-02-28", "2026-03-01", "2026-03-03"])
    assert closed.sum() == 3
    assert not forecast.paths[:, closed].any()
    assert (forecast.expected(Per.DAY)[~closed & ((forecast.dates.astype(int) + 3) % 7 < 5)] > 0.0).all()


@pytest.mark.parametrize("method", [LastWeek(), WeekdayMean(), WeekdayLevel(), Smoothing()])
def test_every_method_can_stand_alone(method: LastWeek) -> None:
    assert fit(invented_history(30), methods=[method], origins=6).predict(7, seed=1).point.sum() > 1000.0
