"""Tails against SciPy, what holds under chance, what is found when something is there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lingting.science.hotspots import Cell, HotspotInputError, compare_rates, count_cells, find_hotspots
from lingting.science.hotspots.finding import adjusted_values, pooled_clumping
from lingting.science.hotspots.tails import beta_binomial_tail, beta_quantile, binomial_tail, regular_beta, split_tail


@given(st.integers(0, 60), st.integers(0, 200), st.floats(0.01, 0.99))
def test_the_binomial_tail_is_scipys(count: int, more: int, share: float):
    total = count + more
    assert math.isclose(binomial_tail(count, total, share), stats.binom.sf(count - 1, total, share), rel_tol=1e-8, abs_tol=1e-12)


@given(st.integers(0, 40), st.integers(0, 100), st.floats(0.05, 50), st.floats(0.05, 500))
def test_the_beta_binomial_tail_is_scipys(count: int, more: int, a: float, b: float):
    total = count + more
    wanted = stats.betabinom.sf(count - 1, total, a, b)
    assert math.isclose(beta_binomial_tail(count, total, a=a, b=b), wanted, rel_tol=1e-6, abs_tol=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.1, 300), st.floats(0.1, 300))
def test_the_beta_function_and_its_inverse_are_scipys(x: float, a: float, b: float):
    assert math.isclose(regular_beta(x, a, b), stats.beta.cdf(x, a, b), rel_tol=1e-7, abs_tol=1e-10)
    found = beta_quantile(x, a, b)
    below, above = (regular_beta(math.nextafter(found, end), a, b) for end in (0.0, 1.0))
    assert below - 1e-5 <= x <= above + 1e-5


def test_little_clumping_is_nearly_none():
    assert math.isclose(split_tail(9, 30, share=0.1, clumping=1.0001), split_tail(9, 30, share=0.1, clumping=1), rel_tol=0.01)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2.0, 8.0, 30.0]))
def test_under_chance_small_p_values_are_no_more_than_their_share(seed: int, mean: float):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(mean, (2000, 13))
    tails = np.array([split_tail(int(row[-1]), int(row.sum()), share=1 / 13, clumping=1.0) for row in counts])
    for level in (0.01, 0.05, 0.2, 0.5):
        assert np.mean(tails <= level) <= level + 4 * math.sqrt(level * (1 - level) / 2000)


def test_under_chance_the_middle_p_values_are_uniform():
    rng = np.random.default_rng(7)
    counts = rng.poisson(40.0, (3000, 9))
    middle = []
    for row in counts:
        total, last = int(row.sum()), int(row[-1])
        upper = split_tail(last, total, share=1 / 9, clumping=1.0)
        middle.append((upper + split_tail(last + 1, total, share=1 / 9, clumping=1.0)) / 2)
    assert stats.kstest(middle, "uniform").statistic < 0.03


def test_clumped_counts_are_not_taken_for_hot_spots():
    rng = np.random.default_rng(11)
    clumps = [3.0, 5.0]
    for clumping in clumps:
        size = 4.0 / (clumping - 1.0)
        counts = rng.negative_binomial(size, 1 / clumping, (400, 13))
        cells = [Cell((("product", number),), tuple(map(int, row))) for number, row in enumerate(counts)]
        found = find_hotspots(cells, [1000.0] * 13)
        assert abs(found.clumping - clumping) < 0.35 * clumping
        assert len(found.spots) <= 2


@given(st.integers(0, 30), st.integers(1, 40), st.integers(6, 20))
def test_constant_counts_have_no_hot_spots(count: int, cells: int, weeks: int):
    same = [Cell((("product", number),), (count,) * weeks) for number in range(cells)]
    assert find_hotspots(same, [500.0] * weeks).spots == ()


@given(st.floats(0.001, 1e6), st.lists(st.integers(0, 20), min_size=8, max_size=8))
def test_the_unit_of_exposure_does_not_matter(scale: float, counts: list[int]):
    cells = [Cell((("product", "a"),), tuple(counts)), Cell((("product", "b"),), (1, 0, 2, 1, 0, 1, 1, 12))]
    one = find_hotspots(cells, [100.0, 120, 90, 100, 100, 110, 95, 100])
    other = find_hotspots(cells, [scale * width for width in (100.0, 120, 90, 100, 100, 110, 95, 100)])
    assert [spot.key for spot in one.spots] == [spot.key for spot in other.spots]
    for mine, yours in zip(one.spots, other.spots, strict=True):
        assert math.isclose(mine.expected, yours.expected, rel_tol=1e-6) and math.isclose(mine.p, yours.p, rel_tol=1e-6)


def test_a_planted_hot_spot_is_found_first_and_its_interval_holds_the_truth():
    rng = np.random.default_rng(3)
    exposure = [1000.0] * 13
    cells = [Cell((("product", number),), tuple(map(int, rng.poisson(3.0, 13)))) for number in range(60)]
    cells[17] = Cell((("product", 17),), (*map(int, rng.poisson(3.0, 12)), 15))
    found = find_hotspots(cells, exposure)
    assert [spot.key for spot in found.spots] == [(("product", 17),)]
    assert found.spots[0].low < 5.0 < found.spots[0].high
    assert found.looked_at == 60


def test_more_contacts_let_expect_more():
    cells = [Cell((("product", "a"),), (5, 5, 5, 5, 5, 5, 20))]
    assert find_hotspots(cells, [100.0] * 7).spots
    assert find_hotspots(cells, [100.0] * 6 + [400.0]).spots == ()


def test_few_complaints_are_not_told_but_counted_in():
    cells = [Cell((("product", number),), (0,) * 12 + (3,)) for number in range(3)]
    found = find_hotspots(cells, [10.0] * 13)
    assert (found.spots, found.looked_at) == ((), 3)


def test_a_wider_spot_of_the_same_complaints_is_told_as_such():
    complaints = [(12, {"category": "late", "product": "A"})] * 12
    complaints += [(week, {"category": "late", "product": "B"}) for week in range(13)]
    complaints += [(week, {"category": "fault", "product": "A"}) for week in range(13)]
    found = find_hotspots(count_cells(complaints, weeks=13, dimensions=["category", "product"]), [100.0] * 13)
    first, *rest = found.spots
    assert first.key == (("category", "late"), ("product", "A"))
    assert {spot.key for spot in rest} <= {(("category", "late"),), (("product", "A"),)}
    assert rest and all(spot.within == first.key for spot in rest)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_adjusted_values_are_scipys(tails: list[float]):
    assert np.allclose(adjusted_values(tails), stats.false_discovery_control(tails))


@given(st.integers(0, 50), st.integers(1, 50), st.floats(1, 1e5), st.floats(1, 1e5))
def test_the_ratio_lies_in_its_interval_and_turns_over(after: int, before: int, first: float, second: float):
    found = compare_rates(before, first, after, second)
    assert found.ratio is not None and found.low <= found.ratio <= found.high
    back = compare_rates(after, second, before, first)
    if after:
        assert math.isclose(back.low, 1 / found.high, rel_tol=1e-6)
        assert math.isclose(back.high, 1 / found.low, rel_tol=1e-6)


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(5)
    hits = 0
    for _number in range(600):
        before, after = int(rng.poisson(20)), int(rng.poisson(10))
        found = compare_rates(before, 200.0, after, 50.0)
        hits += found.low <= 2.0 <= found.high
    assert hits / 600 >= 0.93


def test_clumping_of_poisson_is_about_one():
    rng = np.random.default_rng(2)
    assert pooled_clumping(rng.poisson(5.0, (300, 12)).tolist(), [10.0] * 12) < 1.1


@pytest.mark.parametrize(
    ("counts", "exposure"),
    [((1,) * 4, [1.0] * 4), ((1,) * 6, [1.0] * 7), ((1, 1, 1, 1, 1, -1), [1.0] * 6), ((1,) * 6, [1.0] * 5 + [0.0]),
     ((1,) * 6, [0.0] * 5 + [1.0]), ((1,) * 6, [1.0] * 5 + [-1.0])],
)  # fmt: skip
def test_what_cannot_be_is_refused(counts: tuple[int, ...], exposure: list[float]):
    with pytest.raises(HotspotInputError):
        find_hotspots([Cell((("product", "a"),), counts)], exposure)


def test_exposure_of_nothing_is_refused():
    with pytest.raises(HotspotInputError):
        compare_rates(1, 0.0, 1, 1.0)
    with pytest.raises(HotspotInputError):
        compare_rates(-1, 1.0, 1, 1.0)
