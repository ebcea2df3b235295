"""A short look at real calls: better than last week by a clear margin. Needs LINGTING_DATA."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from lingting.science.forecast import History, fit

ROOT = Path(__file__).resolve().parents[5]
SERIES = "arrivals/bank_calls_5min.csv"


def test_the_bank_is_forecast_far_better_than_by_last_week() -> None:
    path = ROOT / os.environ.get("LINGTING_DATA", "../shared/data") / SERIES
    if not path.exists():
        pytest.skip(f"The series {SERIES} is not there; point LINGTING_DATA at the folder that has it.")
    days: dict[str, list[float]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            days.setdefault(row["interval_start"][:10], []).append(float(row["calls"]))
    history = History.on_days(list(days), counts=list(days.values()), interval_minutes=5, start_minute=420).coarser(30)

    model = fit(history.until(np.datetime64("2003-07-25")), origins=25)

    by_name = {score.method: score for score in model.scores}
    assert by_name[model.method].per_interval < 0.75 * by_name["last week"].per_interval
    assert by_name[model.method].per_day < 0.75 * by_name["last week"].per_day
