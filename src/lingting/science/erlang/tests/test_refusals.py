"""Input without an answer is refused with the interval and the reason."""

import math

import pytest

from lingting.science.erlang import (
    BadFigureError,
    EmptyIntervalError,
    QueueingError,
    Target,
    Traffic,
    UnreachableTargetError,
    UnstableQueueError,
    erlang_c,
    least_agents,
    performance,
)


@pytest.mark.parametrize(
    ("calls", "handling", "words", "place"),
    [
        ([10, -3, 5], 180, "calls must be at least 0: interval 1 (given: -3)", (1,)),
        ([10, math.nan], 180, "calls is not a number: interval 1", (1,)),
        ([[10, 10], [math.inf, 10]], 180, "calls is infinite: interval (1, 0)", (1, 0)),
        (10, 0, "handling_seconds must be above 0 (given: 0)", ()),
        ([10, 10], [180, math.nan], "handling_seconds is not a number: interval 1", (1,)),
    ],
)
def test_a_bad_figure_is_refused_with_its_place(calls: object, handling: object, words: str, place: tuple[int, ...]) -> None:
    with pytest.raises(BadFigureError) as refusal:
        Traffic(calls=calls, handling_seconds=handling)  # type: ignore[arg-type]
    assert words in str(refusal.value)
    assert refusal.value.intervals == (place,)


def test_many_bad_intervals_are_named_in_short_and_listed_in_full() -> None:
    with pytest.raises(BadFigureError, match="and 7 more") as refusal:
        Traffic(calls=[-1] * 10, handling_seconds=180)
    assert len(refusal.value.intervals) == 10


def test_a_queue_that_grows_for_ever_is_refused() -> None:
    traffic = Traffic(calls=[50, 100, 120], handling_seconds=180)
    with pytest.raises(UnstableQueueError, match="nobody gives up") as refusal:
        performance(traffic, agents=10)
    assert refusal.value.intervals == ((1,), (2,))
    with pytest.raises(UnstableQueueError):
        erlang_c(10, agents=10)


def test_an_interval_without_calls_is_refused_unless_allowed() -> None:
    traffic = Traffic(calls=[50, 0], handling_seconds=180)
    with pytest.raises(EmptyIntervalError, match="interval 1"):
        performance(traffic, agents=10)
    with pytest.raises(EmptyIntervalError, match="allow_idle"):
        least_agents(traffic, target=Target(occupancy=0.8))


def test_more_agents_than_lines_or_parts_of_agents_on_limited_lines_are_refused() -> None:
    limited = Traffic(calls=50, handling_seconds=180, lines=8)
    with pytest.raises(BadFigureError, match="more agents than lines"):
        performance(limited, agents=9)
    with pytest.raises(BadFigureError, match="whole"):
        performance(limited, agents=6.5)


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"service_level": 0.8},
        {"within_seconds": 20},
        {"service_level": 1.2, "within_seconds": 20},
        {"service_level": 0.8, "within_seconds": -1},
        {"occupancy": 0.0},
        {"abandonment": math.nan},
    ],
)
def test_a_target_that_means_nothing_is_refused(figures: dict[str, float]) -> None:
    with pytest.raises(BadFigureError):
        Target(**figures)  # type: ignore[arg-type]


def test_a_target_beyond_the_most_agents_is_refused() -> None:
    traffic = Traffic(calls=[100, 1000], handling_seconds=180)
    with pytest.raises(UnreachableTargetError, match="even 50"):
        least_agents(traffic, target=Target(service_level=0.8, within_seconds=20), most_agents=50)


def test_every_refusal_is_a_value_error() -> None:
    assert issubclass(QueueingError, ValueError)
    assert {BadFigureError, EmptyIntervalError, UnreachableTargetError, UnstableQueueError} <= set(QueueingError.__subclasses__())
