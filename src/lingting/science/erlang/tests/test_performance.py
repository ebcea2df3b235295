"""The figures of a queue against chains summed state by state, and against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lingting.science.erlang import Customers, ServiceLevelVariant, Traffic, erlang_b, performance

from .birth_and_death import centre

CLOSE = 1e-9
VARIANTS = list(ServiceLevelVariant)
counts = some.integers(1, 25)
rates = some.floats(0.05, 8.0)
patience = some.floats(2.0, 20_000.0)
seconds = some.floats(0.0, 600.0)


def traffic_of(
    *, agents: int, load: float, patience_seconds: float = np.inf, lines: float = np.inf, handling: float = 180.0
) -> Traffic:
    """Traffic of ``load`` erlangs per agent."""
    calls = load * agents * 1800.0 / handling
    return Traffic(calls=calls, handling_seconds=handling, patience_seconds=patience_seconds, lines=lines)


@settings(max_examples=40, deadline=None)
@given(agents=counts, spare=some.integers(0, 40), load=rates, patience_seconds=patience)
def test_limited_lines_agree_with_the_chain(agents: int, spare: int, load: float, patience_seconds: float) -> None:
    traffic = traffic_of(agents=agents, load=load, patience_seconds=patience_seconds, lines=agents + spare)
    chain = centre(
        arrivals=float(traffic.arrivals_per_second), handling_seconds=180.0, patience_seconds=patience_seconds,
        agents=agents, lines=agents + spare,
    )  # fmt: skip

    figures = performance(traffic, agents=agents)

    assert figures.blocking == pytest.approx(chain.full, rel=CLOSE, abs=1e-290)
    assert figures.waiting_probability == pytest.approx(chain.waiting, rel=CLOSE, abs=1e-290)
    assert figures.queue_length == pytest.approx(chain.queue_length, rel=CLOSE, abs=1e-290)
    assert figures.occupancy == pytest.approx(chain.busy / agents, rel=CLOSE)


@settings(max_examples=30, deadline=None)
@given(agents=counts, load=some.floats(0.05, 3.0), patience_seconds=some.floats(2.0, 600.0))
def test_endless_lines_agree_with_a_very_long_chain(agents: int, load: float, patience_seconds: float) -> None:
    traffic = traffic_of(agents=agents, load=load, patience_seconds=patience_seconds)
    room = agents + int(3 * load * agents * patience_seconds / 180.0) + 60
    chain = centre(
        arrivals=float(traffic.arrivals_per_second), handling_seconds=180.0, patience_seconds=patience_seconds,
        agents=agents, lines=room,
    )  # fmt: skip

    figures = performance(traffic, agents=agents)

    assert figures.waiting_probability == pytest.approx(chain.waiting, rel=CLOSE)
    assert figures.queue_length == pytest.approx(chain.queue_length, rel=CLOSE)


@settings(max_examples=40, deadline=None)
@given(agents=counts, load=rates, patience_seconds=patience, within=seconds)
def test_closed_forms_and_integrals_are_two_ways_to_the_same_figures(
    agents: int, load: float, patience_seconds: float, within: float
) -> None:
    """Lines that never run out turn the integrals of the limited queue into the endless one."""
    room = agents + 50 * load * agents * (1 + patience_seconds / 180.0) + 1000
    closed = performance(traffic_of(agents=agents, load=load, patience_seconds=patience_seconds), agents=agents)
    limited = traffic_of(agents=agents, load=load, patience_seconds=patience_seconds, lines=np.ceil(room))
    integral = performance(limited, agents=agents)

    for customers in Customers:
        mean = closed.mean_wait_seconds(customers)
        assert mean == pytest.approx(integral.mean_wait_seconds(customers), rel=1e-8, abs=1e-12)
        longer = closed.waiting_longer(within, of=customers)
        assert longer == pytest.approx(integral.waiting_longer(within, of=customers), abs=CLOSE)
    for variant in VARIANTS:
        level = closed.service_level(within, variant=variant)
        assert level == pytest.approx(integral.service_level(within, variant=variant), abs=CLOSE)


@settings(deadline=None)
@given(agents=some.integers(1, 3000), load=some.floats(0.01, 3.0), patience_seconds=patience, within=seconds)
def test_every_caller_is_answered_gives_up_or_is_turned_away(
    agents: int, load: float, patience_seconds: float, within: float
) -> None:
    figures = performance(traffic_of(agents=agents, load=load, patience_seconds=patience_seconds), agents=agents)
    waits = {who: figures.mean_wait_seconds(who) for who in Customers}

    assert figures.answered + figures.abandonment + figures.blocking == pytest.approx(1.0, abs=1e-12)
    parts = waits[Customers.ANSWERED] * figures.answered + waits[Customers.ABANDONED] * figures.abandonment
    assert parts == pytest.approx(waits[Customers.OFFERED], rel=1e-7, abs=1e-12)
    assert figures.abandonment == pytest.approx(waits[Customers.OFFERED] / patience_seconds, rel=1e-9)
    assert waits[Customers.PATIENT] >= waits[Customers.OFFERED] * (1 - 1e-9)
    assert 0.0 <= figures.occupancy <= 1.0
    levels = {variant: figures.service_level(within, variant=variant) for variant in VARIANTS}
    assert all(-1e-9 <= level <= 1 + 1e-9 for level in levels.values())


@settings(deadline=None)
@given(agents=some.integers(1, 300), load=some.floats(0.01, 3.0), patience_seconds=patience, within=seconds)
def test_the_variants_of_service_level_stand_in_their_known_order(
    agents: int, load: float, patience_seconds: float, within: float
) -> None:
    figures = performance(traffic_of(agents=agents, load=load, patience_seconds=patience_seconds), agents=agents)
    level = {variant: float(figures.service_level(within, variant=variant)) for variant in VARIANTS}

    strict = level[ServiceLevelVariant.ANSWERED_OF_OFFERED]
    excluded = level[ServiceLevelVariant.SHORT_ABANDONS_EXCLUDED]
    met = level[ServiceLevelVariant.SHORT_ABANDONS_MET]
    assert strict <= excluded + CLOSE
    assert excluded <= met + CLOSE
    assert met <= level[ServiceLevelVariant.ALL_ABANDONS_MET] + CLOSE
    assert strict <= level[ServiceLevelVariant.ANSWERED_OF_ANSWERED] + CLOSE


def test_short_abandons_are_counted_as_each_variant_says() -> None:
    figures = performance(traffic_of(agents=9, load=1.1, patience_seconds=60.0), agents=9)
    in_time = figures.answered * (1 - figures.waiting_longer(20, of=Customers.ANSWERED))
    gone = figures.abandonment * (1 - figures.waiting_longer(20, of=Customers.ABANDONED))

    def level(variant: ServiceLevelVariant) -> float:
        return float(figures.service_level(20, variant=variant))

    assert level(ServiceLevelVariant.ANSWERED_OF_OFFERED) == pytest.approx(in_time)
    assert level(ServiceLevelVariant.ANSWERED_OF_ANSWERED) == pytest.approx(in_time / figures.answered)
    assert level(ServiceLevelVariant.SHORT_ABANDONS_EXCLUDED) == pytest.approx(in_time / (1 - gone))
    assert level(ServiceLevelVariant.SHORT_ABANDONS_MET) == pytest.approx(in_time + gone)
    assert level(ServiceLevelVariant.ALL_ABANDONS_MET) == pytest.approx(in_time + figures.abandonment)


@settings(max_examples=30, deadline=None)
@given(
    agents=counts, load=some.floats(0.1, 2.0), patience_seconds=patience, share=some.floats(0.0, 0.999),
    customers=some.sampled_from(list(Customers)),
)  # fmt: skip
def test_a_quantile_is_the_wait_its_share_does_not_exceed(
    agents: int, load: float, patience_seconds: float, share: float, customers: Customers
) -> None:
    figures = performance(traffic_of(agents=agents, load=load, patience_seconds=patience_seconds), agents=agents)
    wait = figures.wait_quantile_seconds(share, of=customers)
    beyond = figures.waiting_longer(wait, of=customers)
    assert beyond <= 1 - share + 1e-9
    if wait > 0:
        assert beyond == pytest.approx(1 - share, abs=1e-9)


def test_the_quantile_of_erlang_c_is_its_closed_form() -> None:
    figures = performance(traffic_of(agents=10, load=0.9), agents=10)
    expected = np.log(figures.waiting_probability / 0.05) * 180.0 / (10 - 9)
    assert figures.wait_quantile_seconds(0.95) == pytest.approx(expected, rel=1e-9)
    assert figures.wait_quantile_seconds(0.1) == 0.0


@settings(deadline=None)
@given(agents=some.integers(1, 2000), load=some.floats(0.01, 0.98))
def test_endless_patience_turns_erlang_a_into_erlang_c(agents: int, load: float) -> None:
    endless = performance(traffic_of(agents=agents, load=load), agents=agents)
    patient = performance(traffic_of(agents=agents, load=load, patience_seconds=1e13), agents=agents)
    assert patient.waiting_probability == pytest.approx(endless.waiting_probability, rel=1e-5)
    assert patient.mean_wait_seconds() == pytest.approx(endless.mean_wait_seconds(), rel=1e-5)


@settings(deadline=None)
@given(agents=some.integers(1, 200), load=some.floats(0.01, 5.0))
def test_no_place_to_wait_leaves_erlang_b(agents: int, load: float) -> None:
    figures = performance(traffic_of(agents=agents, load=load, lines=agents), agents=agents)
    assert figures.blocking == pytest.approx(erlang_b(load * agents, agents=agents), rel=1e-11)
    assert figures.waiting_probability == 0.0
    assert figures.service_level(0) == pytest.approx(figures.answered)


def test_ten_thousand_erlangs_keep_ten_digits() -> None:
    """Against the recursion ``1/B(n) = 1 + n/(a B(n-1))``, which only adds positive terms."""
    for agents in (9_000, 10_000, 10_100, 12_000):
        inverse = 1.0
        for count in range(1, agents + 1):
            inverse = 1.0 + inverse * count / 10_000.0
        assert erlang_b(10_000.0, agents=agents) == pytest.approx(1.0 / inverse, rel=1e-10)
    figures = performance(traffic_of(agents=10_000, load=1.0, patience_seconds=180.0), agents=10_000)
    # With patience equal to handling, the number present is Poisson with the load as its mean.
    assert figures.waiting_probability == pytest.approx(0.5 + 1 / (3 * np.sqrt(2 * np.pi * 10_000)), abs=1e-6)


def test_arrays_of_any_shape_are_the_scalars_side_by_side() -> None:
    calls = np.array([[50.0], [100.0], [400.0]])
    handling = np.array([120.0, 240.0])
    traffic = Traffic(calls=calls, handling_seconds=handling, patience_seconds=90.0)
    together = performance(traffic, agents=30)

    assert together.service_level([20, 30]).shape == (3, 2)
    for row, column in np.ndindex(3, 2):
        one = Traffic(calls=calls[row, 0], handling_seconds=handling[column], patience_seconds=90.0)
        alone = performance(one, agents=30)
        assert together.occupancy[row, column] == pytest.approx(float(alone.occupancy), rel=1e-13)
        seconds_asked = (20, 30)[column]
        level = together.service_level([20, 30])[row, column]
        assert level == pytest.approx(float(alone.service_level(seconds_asked)), rel=1e-13)


def test_a_day_may_mix_endless_and_limited_patience() -> None:
    day = Traffic(calls=[100, 100], handling_seconds=180, patience_seconds=[np.inf, 120])
    figures = performance(day, agents=12)
    assert figures.abandonment[0] == 0.0
    assert figures.abandonment[1] > 0.0
    single = performance(Traffic(calls=100, handling_seconds=180), agents=12)
    assert figures.mean_wait_seconds()[0] == pytest.approx(float(single.mean_wait_seconds()), rel=1e-13)


def test_the_explanation_names_the_figures_of_each_interval() -> None:
    words = performance(Traffic(calls=[100, 50], handling_seconds=180), agents=12).explain().splitlines()
    assert len(words) == 2
    assert words[0].startswith("interval 0: with 12 agents")
    assert "agents are busy 83.3%" in words[0]
