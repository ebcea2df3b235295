"""Times drawn have the mean and shape they are asked for; patience is found behind a log."""

import numpy as np
import pytest

from lingting.science.simulate import (
    Constant,
    Duration,
    Exponential,
    Gamma,
    LogNormal,
    Observed,
    ScenarioError,
    Survival,
    fit_patience,
)


@pytest.mark.parametrize(
    ("duration", "mean", "deviation"),
    [
        (Constant(7.0), 7.0, 0.0),
        (Exponential(180.0), 180.0, 180.0),
        (LogNormal(180.0, 250.0), 180.0, 250.0),
        (Gamma(180.0, 4.0), 180.0, 90.0),
        (Observed((10.0, 30.0)), 20.0, 10.0),
        (Survival((10.0, 20.0), (0.5, 0.0), 1.0), 10.0, 10 / 3**0.5),
    ],
)
def test_mean_and_deviation_are_as_asked(duration: Duration, mean: float, deviation: float) -> None:
    times = duration.draw(np.random.default_rng(1), count=400_000)
    assert (times >= 0).all()
    assert times.mean() == pytest.approx(mean, rel=0.01)
    assert times.std() == pytest.approx(deviation, rel=0.03)


def test_patience_is_found_although_most_were_answered_first() -> None:
    rng = np.random.default_rng(2)
    patience, offered_wait = rng.exponential(120.0, 40_000), rng.exponential(40.0, 40_000)
    fitted = fit_patience(np.minimum(patience, offered_wait), gave_up=patience < offered_wait)
    drawn = fitted.draw(np.random.default_rng(3), count=200_000)
    assert drawn.mean() == pytest.approx(120.0, rel=0.06)
    for seconds in (20.0, 60.0, 120.0):
        assert (drawn > seconds).mean() == pytest.approx(np.exp(-seconds / 120.0), abs=0.02)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Constant(-1.0),
        lambda: Exponential(0.0),
        lambda: Exponential(float("nan")),
        lambda: LogNormal(1.0, 0.0),
        lambda: Gamma(1.0, -1.0),
        lambda: Observed(()),
        lambda: Observed((-1.0,)),
        lambda: Survival((2.0, 1.0), (0.5, 0.2), 1.0),
        lambda: Survival((1.0, 2.0), (0.2, 0.5), 1.0),
        lambda: fit_patience([1.0, 2.0], gave_up=[False, False]),
        lambda: fit_patience([1.0], gave_up=[True, False]),
    ],
)
def test_senseless_times_are_refused(make: object) -> None:
    with pytest.raises(ScenarioError):
        make()  # type: ignore[operator]
