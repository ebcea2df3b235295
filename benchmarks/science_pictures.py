"""Draws the pictures of docs/science from the pages' own examples and from invented centres.

    PYTHONPATH=src peer/bin/python benchmarks/science_pictures.py

Needs matplotlib, which the peer environment of requirements/bench.in has.
"""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("svg")
from matplotlib import pyplot
from matplotlib.figure import Figure

from lingting.science.capacity import CapacityPlan
from lingting.science.erlang import ServiceLevelVariant, Target, Traffic, performance
from lingting.science.forecast import Model, Per, fit
from lingting.science.forecast.tests.invented import invented_history
from lingting.science.staffing import DemandPaths, outlook, required_agents

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "science"
BLUE, ORANGE, GREEN, RED, GREY = "#2f6fb2", "#c8641b", "#3f8f4f", "#b8323c", "#777777"
SEEN_INTERVALS, SEED = 8, 4
TARGET = Target(service_level=0.8, within_seconds=20)
matplotlib.rcParams.update({"font.size": 8, "svg.hashsalt": "lingting", "axes.spines.top": False, "axes.spines.right": False})


def main() -> None:
    """Write all files."""
    _draw_patience()
    _draw_variants()
    _draw_certainty()
    model = fit(invented_history(140, level=3000.0, spread=0.12))
    _draw_day(model)
    _draw_horizon(model)
    _draw_plan(_plan_of_the_page())


def _draw_patience() -> None:
    figure, (level, lost) = pyplot.subplots(1, 2, figsize=(7.0, 2.8))
    for patience, colour in ((np.inf, BLUE), (300.0, ORANGE), (120.0, GREEN), (60.0, RED)):
        agents = np.arange(11 if np.isinf(patience) else 6, 21)
        figures = performance(Traffic(calls=100, handling_seconds=180, patience_seconds=patience), agents=agents)
        name = "endless (Erlang C)" if np.isinf(patience) else f"{patience:.0f} s"
        level.plot(agents, figures.service_level(20), "o-", color=colour, markersize=2.5, label=name)
        if np.isfinite(patience):
            lost.plot(agents, figures.abandonment, "o-", color=colour, markersize=2.5, label=name)
    level.axhline(TARGET.service_level, color=GREY, lw=0.6)
    level.set(xlabel="agents", ylabel="answered within 20 s of offered", ylim=(0, 1))
    lost.set(xlabel="agents", ylabel="give up", ylim=(0, None))
    for axes in (level, lost):
        axes.legend(frameon=False, title="mean patience")
    figure.suptitle("100 calls of 180 s in half an hour (10 erlangs)", fontsize=8)
    _save(figure, "erlang-patience.svg")


def _draw_variants() -> None:
    figures = performance(Traffic(calls=100, handling_seconds=180, patience_seconds=90), agents=10)
    figure, axes = pyplot.subplots(figsize=(6.0, 2.8))
    seconds = np.arange(61)
    for variant in ServiceLevelVariant:
        levels = [float(figures.service_level(second, variant=variant)) for second in seconds]
        axes.plot(seconds, levels, label=variant.name.lower().replace("_", " "))
    axes.set(xlabel="threshold in seconds", ylabel="service level")
    axes.legend(frameon=False, fontsize=7)
    _save(figure, "erlang-variants.svg")


def _draw_certainty() -> None:
    """The busiest interval of the page's first example."""
    calls = np.random.default_rng(1).lognormal(0.0, 0.15, (500, 1)) * 140.0
    demand = DemandPaths(calls=calls, handling_seconds=200, patience_seconds=120)
    usual = DemandPaths(calls=calls.mean(axis=0, keepdims=True), handling_seconds=200, patience_seconds=120)
    by_mean = int(required_agents(usual, target=TARGET, met_share=0.5).agents[0])
    agents = np.arange(by_mean - 4, by_mean + 8)
    met = [float(outlook(demand, agents=np.array([count]), target=TARGET).met_share[0]) for count in agents]
    figure, axes = pyplot.subplots(figsize=(6.0, 2.6))
    axes.step(met, agents, where="pre", color=BLUE)
    axes.axhline(by_mean, color=GREY, lw=0.6)
    axes.text(0.02, by_mean + 0.2, "asked for by the mean demand", color=GREY, fontsize=7)
    axes.set(xlabel="probability that the service level is met", ylabel="agents", xlim=(0, 1.02))
    _save(figure, "staffing-certainty.svg")


def _draw_day(model: Model) -> None:
    before = model.predict(1, seed=SEED, paths=2000)
    came = np.sort(before.paths[:, 0].sum(axis=1))
    busy = before.paths[int(np.argmin(np.abs(before.paths[:, 0].sum(axis=1) - came[1900]))), 0].astype(float)
    seen = np.where(np.arange(len(busy)) < SEEN_INTERVALS, busy, np.nan)
    after = model.reforecast(seen, seed=SEED, paths=2000, forecast=before)
    hours = before.start_minute / 60.0 + np.arange(len(busy)) * before.interval_minutes / 60.0
    figure, axes = pyplot.subplots(figsize=(6.0, 2.8))
    for forecast, colour, name, shown in (
        (before, BLUE, "forecast of the day before", slice(0, None)),
        (after, ORANGE, "forecast at twelve", slice(SEEN_INTERVALS, None)),
    ):
        low, high = forecast.interval(0.8)
        axes.fill_between(hours[shown], low[0, shown], high[0, shown], color=colour, alpha=0.2, linewidth=0)
        axes.plot(hours[shown], forecast.point[0, shown], color=colour, label=name)
    axes.plot(hours, busy, "o", color=GREY, markersize=2.5, label="arrivals")
    axes.set(xlabel="hour", ylabel="arrivals in 30 minutes", ylim=(0, None))
    axes.legend(frameon=False)
    _save(figure, "forecast-day.svg")


def _draw_horizon(model: Model) -> None:
    forecast = model.predict(84, seed=SEED, paths=2000)
    figure, axes = pyplot.subplots(figsize=(6.0, 2.4))
    days = np.arange(1, 85)
    low, high = forecast.interval(0.8, per=Per.DAY)
    axes.plot(days, (high - low) / forecast.expected(Per.DAY) * 50.0, color=BLUE, label="a day")
    sums = np.cumsum(forecast.sampled(Per.DAY), axis=1)
    low, high = np.quantile(sums, [0.1, 0.9], axis=0)
    axes.plot(days, (high - low) / sums.mean(axis=0) * 50.0, color=ORANGE, label="all days until then")
    axes.set(xlabel="days ahead", ylabel="80 % interval, ± %", ylim=(0, None))
    axes.legend(frameon=False)
    _save(figure, "forecast-horizon.svg")


def _plan_of_the_page() -> CapacityPlan:
    """The plan that the example of docs/science/capacity.md prints."""
    found = re.search(r"```python\n(.*?)```", (FOLDER / "capacity.md").read_text("utf-8"), re.S)
    assert found, "docs/science/capacity.md has no example"
    names: dict[str, object] = {}
    exec(compile(found[1].replace("print(", "plan = (").replace(".explain()", ""), "capacity.md", "exec"), names)
    plan = names["plan"]
    assert isinstance(plan, CapacityPlan)
    return plan


def _draw_plan(plan: CapacityPlan) -> None:
    outlook = plan.outlooks[0]
    months = np.arange(len(plan.months))
    figure, (people, certainty) = pyplot.subplots(2, 1, figsize=(6, 3.6), sharex=True, height_ratios=(3, 1))
    people.fill_between(months, outlook.required_low, outlook.required_high, color=ORANGE, alpha=0.2, lw=0)
    people.plot(months, outlook.required, color=ORANGE, label="required (band: four of five paths)")
    people.fill_between(months, outlook.productive_low, outlook.productive_high, color=BLUE, alpha=0.2, lw=0)
    people.plot(months, outlook.productive, color=BLUE, label="productive")
    people.plot(months, outlook.headcount, color=GREY, ls=":", label="on the payroll")
    people.bar(months, outlook.starts, color=GREY, alpha=0.5, label="starts")
    people.set_ylabel("people")
    people.legend(frameon=False, ncols=2)
    certainty.fill_between(months, outlook.met.low, outlook.met.high, color=BLUE, alpha=0.2, lw=0)
    certainty.plot(months, outlook.met.seen, color=BLUE)
    certainty.axhline(plan.met_share, color=GREY, lw=0.6)
    certainty.set_ylabel("P(met)")
    certainty.set_xticks(months[::3], [f"{month:%Y-%m}" for month in plan.months[::3]])
    _save(figure, "capacity-plan.svg")


def _save(figure: Figure, name: str) -> None:
    figure.tight_layout()
    figure.savefig(FOLDER / name, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
