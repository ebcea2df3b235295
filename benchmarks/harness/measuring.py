"""Percentiles, CPU and memory of processes, the machine, the last line of a benchmark."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed; NaN of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    place = max(0, -(-round(share * len(ordered) * 1_000_000) // 1_000_000) - 1)
    return ordered[min(place, len(ordered) - 1)]


def descendants(root: int) -> list[int]:
    """A process and all below it, as they are now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) is not None:
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(children.get(pid, ()))
    return found


def parent_of(pid: int) -> int:
    """The parent's number; 0 when the process is gone."""
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def name_of(pid: int) -> str:
    """What a process calls itself, at most fifteen bytes; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().rstrip("\n")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of living processes and of the children they have buried."""
    total = 0
    for pid in pids:
        fields = _stat(pid)
        if fields is not None:
            total += sum(int(value) for value in fields[11:15])
    return total / _TICKS


def memory_mb(pids: Iterable[int]) -> float:
    """Proportional set size of processes together, in MB of 2**20 bytes."""
    return sum(_pss_kb(pid) for pid in pids) / 1024


def _pss_kb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0)


def peak_mb(pid: int) -> float:
    """The most memory a process ever had resident (VmHWM), in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def forget_peak(pid: int) -> None:
    """Lets `peak_mb` begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat after the name: state first, parent second, times from the twelfth."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


@dataclass(frozen=True)
class Load:
    """What else the machine did: busy share of all cores, ours included, between two moments."""

    busy: float
    total: float

    @classmethod
    def now(cls) -> Load:
        times = [float(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return cls(sum(times) - times[3] - times[4], sum(times))

    def foreign_share(self, end: Load, *, own_seconds: float) -> float:
        """The share of all CPU time since this moment that was spent by others than us."""
        total = max(end.total - self.total, 1.0)
        return max(0.0, (end.busy - self.busy) - own_seconds * _TICKS) / total


def machine() -> str:
    """One line: cores, processor, memory, kernel, Python."""
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    processor = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    gigabytes = int(memory.split()[1]) / 1024 / 1024
    waiting = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores of {processor}, {gigabytes:.0f} GB, Linux {platform.release()}, "
        f"Python {platform.python_version()}, load {waiting:.1f} before the start"
    )


def print_table(rows: Iterable[tuple[str, str]]) -> None:
    """Names on the left, figures on the right."""
    for name, value in rows:
        print(f"  {name:<58} {value}", flush=True)


def verdict(name: str, *, ratio: float, target: float, also: Mapping[str, bool] | None = None) -> int:
    """Prints the last line and returns the exit code: passed when ratio reaches target and all else holds."""
    failed = [claim for claim, holds in (also or {}).items() if not holds]
    for claim in failed:
        print(f"  not held: {claim}")
    passed = ratio >= target and not failed
    print(f"{name} ratio={ratio:.3f} target={target:g} {'PASS' if passed else 'FAIL'}", flush=True)
    return 0 if passed else 1
