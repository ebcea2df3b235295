"""The call log of the Anonymous Bank, January 1999: its lines, and what a day's lines say of waiting and of agents.

Arrivals are those who reached the queue or an agent: who hangs up in the voice menu waits nowhere.
"""

import csv
import os
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = "arrivals/anonymous_bank_january_1999_calls.csv"
END_OF_DAY = 100_000.0
OPENS = 7 * 3600


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the log; times in seconds of its day."""

    day: str
    kind: str
    priority: int
    arrived: int
    waited: int
    queued: bool
    answered: bool
    started: int
    served: int
    server: str


def data_file() -> Path:
    """Where the log is, if it is."""
    return Path(os.environ.get("LINGTING_DATA", "../shared/data")) / FILE


def read_calls(path: Path) -> list[Call]:
    """All calls from seven in the morning on but phantoms and those answered by no known agent."""
    with path.open(newline="") as lines:
        calls = [_call(line) for line in csv.DictReader(lines) if line["outcome"] != "PHANTOM"]
    return [call for call in calls if call.arrived >= OPENS and not (call.answered and call.server == "NO_SERVER")]


def _call(line: dict[str, str]) -> Call:
    return Call(
        day=line["date"],
        kind=line["type"] if line["type"] in ("PS", "NW", "NE", "TT", "IN", "PE") else "PS",
        priority=int(line["priority"]),
        arrived=_seconds(line["vru_exit"]),
        waited=int(line["q_time"]),
        queued=int(line["q_time"]) > 0,
        answered=line["outcome"] == "AGENT",
        started=_seconds(line["ser_start"]),
        served=int(line["ser_time"]),
        server=line["server"],
    )


def _seconds(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def reaching_queue(calls: list[Call]) -> list[Call]:
    """All but those who hung up in the voice menu: they came in bursts of up to 75 an hour and waited for nobody."""
    return [call for call in calls if call.answered or call.queued]


def by_day(calls: list[Call]) -> dict[str, list[Call]]:
    """Calls of each day, in order of date."""
    days: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        days[call.day].append(call)
    return dict(sorted(days.items()))


def waiting_by_second(day: list[Call]) -> NDArray[np.int64]:
    """How many wait in each second."""
    steps = np.zeros(int(END_OF_DAY) + 1, np.int64)
    for call in day:
        if call.queued and call.kind not in ("IN", "TT"):
            steps[call.arrived] += 1
            steps[call.arrived + call.waited] -= 1
    return np.cumsum(steps)


def services_by_server(day: list[Call]) -> dict[str, list[tuple[int, int]]]:
    """Begin and end of each agent's calls, in order."""
    services: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for call in day:
        if call.answered and call.served > 0:
            services[call.server].append((call.started, call.started + call.served))
    return {server: sorted(times) for server, times in services.items()}


def passed_over(day: list[Call], serves: dict[str, set[str]]) -> dict[str, list[int]]:
    """When each agent seems free but a call goes straight to one who was free for a shorter time: so he was
    away.

    The bank gives calls to the agent idle the longest.
    """
    services = services_by_server(day)
    begins = {server: [begun for begun, _ in times] for server, times in services.items()}
    moments: dict[str, list[int]] = defaultdict(list)
    for call in day:
        if not call.answered or call.queued or call.served == 0:
            continue
        idle_since = {}
        for server, times in services.items():
            place = bisect_left(begins[server], call.started)
            if 0 < place < len(times) and times[place - 1][1] < call.started:
                idle_since[server] = times[place - 1][1]
        taken = idle_since.get(call.server, call.started)
        for server, since in idle_since.items():
            if since < taken and call.kind in serves.get(server, {"PS"}):
                moments[server].append(call.started)
    return moments
