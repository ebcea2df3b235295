"""Input without a forecast is refused, with the day or interval and the reason."""

import numpy as np
import pytest

from lingting.science.forecast import (
    BadEventError,
    BadHistoryError,
    BadHorizonError,
    Event,
    ForecastError,
    History,
    TooLittleHistoryError,
    borrowed_history,
    fit,
    fit_handling,
    total_of,
)
from lingting.science.forecast.tests.invented import FIRST_DAY, invented_history


def test_a_negative_count_is_named() -> None:
    counts = np.ones((3, 4))
    counts[1, 2] = -1.0

    with pytest.raises(BadHistoryError, match="2026-01-06 09:00") as refused:
        History.on_days(FIRST_DAY + np.arange(3), counts=counts, interval_minutes=30, start_minute=480)

    assert refused.value.places == ("2026-01-06 09:00",)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    ("dates", "counts", "minutes"),
    [
        (["2026-01-05"], np.ones((2, 4)), 30),
        (["2026-01-05", "2026-01-05"], np.ones((2, 4)), 30),
        (["2026-01-05"], np.ones((1, 4)), 0),
        (["2026-01-05"], np.ones((1, 60)), 60),
        (["2026-01-05"], np.ones(4), 30),
    ],
)
def test_a_grid_that_is_none_is_refused(dates: list[str], counts: np.ndarray, minutes: int) -> None:
    with pytest.raises(BadHistoryError):
        History.on_days(dates, counts=counts, interval_minutes=minutes)


def test_too_short_a_history_points_to_a_reference_queue() -> None:
    with pytest.raises(TooLittleHistoryError, match="similar queue"):
        fit(invented_history(1))


def test_an_event_of_an_unknown_kind_needs_an_effect() -> None:
    model = fit(invented_history(30), origins=3)

    with pytest.raises(BadEventError, match="2026-02-05"):
        model.predict(7, seed=1, events=[Event(kind="launch", start="2026-02-05", end="2026-02-06")])


@pytest.mark.parametrize(
    ("start", "end", "effect"), [("2026-02-05", "2026-02-04", None), ("soon", "later", None), ("2026-02-05", "2026-02-05", -1.0)]
)
def test_an_impossible_event_is_refused(start: str, end: str, effect: float | None) -> None:
    with pytest.raises(BadEventError):
        Event(kind="launch", start=start, end=end, effect=effect)


def test_impossible_horizons_levels_and_sums_are_refused() -> None:
    model = fit(invented_history(30), origins=3)
    forecast = model.predict(3, seed=1)

    with pytest.raises(BadHorizonError):
        model.predict(0, seed=1)
    with pytest.raises(BadHorizonError):
        model.predict(3, seed=1, open=np.ones((2, 24)))
    with pytest.raises(BadHorizonError):
        forecast.quantiles([1.5])
    with pytest.raises(BadHorizonError):
        forecast.coarser(45)
    with pytest.raises(BadHorizonError):
        total_of([forecast, model.predict(4, seed=1)])
    with pytest.raises(BadHorizonError):
        total_of([])


def test_what_was_seen_today_is_checked() -> None:
    model = fit(invented_history(30), origins=3)
    seen = np.full(24, np.nan)
    seen[3] = -2.0

    with pytest.raises(BadHistoryError, match="2026-02-04 09:30"):
        model.reforecast(seen, seed=1)


def test_a_reference_without_scale_or_shared_days_is_refused() -> None:
    with pytest.raises(ForecastError, match="scale"):
        borrowed_history(invented_history(30), queue="new")


def test_handling_seconds_of_zero_are_named() -> None:
    history = invented_history(10)
    seconds = np.full(history.figures.shape, 200.0)
    seconds[4, 0] = 0.0

    with pytest.raises(BadHistoryError, match="2026-01-09 08:00"):
        fit_handling(history, seconds=seconds)
