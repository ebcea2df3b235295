"""Draws the pictures of docs/science/forecast.md from an invented centre.

    PYTHONPATH=src peer/bin/python benchmarks/forecast_pictures.py

Needs matplotlib, which the peer environment of requirements/bench.in has.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("svg")
from matplotlib import pyplot

from lingting.science.forecast import Model, Per, fit
from lingting.science.forecast.tests.invented import invented_history

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "science"
BLUE, ORANGE, GREY = "#2f6fb2", "#c8641b", "#777777"
SEEN_INTERVALS, SEED = 8, 4
matplotlib.rcParams.update({"font.size": 8, "svg.hashsalt": "lingting", "axes.spines.top": False, "axes.spines.right": False})


def main() -> None:
    """Write both files."""
    model = fit(invented_history(140, level=3000.0, spread=0.12))
    _draw_day(model)
    _draw_horizon(model)


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


def _save(figure: matplotlib.figure.Figure, name: str) -> None:
    figure.tight_layout()
    figure.savefig(FOLDER / name, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
