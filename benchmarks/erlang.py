"""Least agents for 20 queues x 28 days x 48 intervals, beside pyworkforce on the same inputs.

    python -m venv peer && peer/bin/pip install -r requirements/bench.in
    python benchmarks/erlang.py --peer-python peer/bin/python

The peer runs in its own interpreter, because it is not part of the product's environment. pyworkforce 0.5.1
has Erlang C only; for the Erlang A line give an interpreter of Python 3.12 with pyworkforce 0.5.4 as
``--peer-python-a`` (it takes minutes for a few dozen small intervals, so it gets a sample of those).
The last line reads ``erlang ratio=... target=50 PASS|FAIL``; the exit code says the same.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import time
from math import exp
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
QUEUES, DAYS, INTERVALS = 20, 28, 48
TARGET, TARGET_A = 50.0, 500.0
PATIENCE_SECONDS = 120.0
SAMPLE_A, SAMPLE_A_MOST_LOAD = 24, 12.0
SEED = 20261121
REPEATS = 5
HOW_TO = """The peer pyworkforce is not installed in {python}.
Install it in an environment of its own and name that environment's interpreter:
    python -m venv peer
    peer/bin/pip install -r requirements/bench.in
    python benchmarks/erlang.py --peer-python peer/bin/python"""


def main() -> int:
    """Run the comparison and return the exit code."""
    options = _options()
    if options.as_peer:
        return _answer_as_peer(options.as_peer)
    _allow_running_from_the_tree()
    inputs = _inputs()
    ours = {model: _time_ours(inputs, model) for model in ("C", "A")}
    peer = _ask_peer(options.peer_python, "C", inputs)
    if peer is None:
        print(HOW_TO.format(python=options.peer_python))
        return 2
    solves = len(inputs["load"])
    print(f"{solves:,} solves, {min(inputs['load']):.2f} to {max(inputs['load']):.0f} erlangs")
    print(f"{'model':<10}{'lingting s':>12}{'peer s':>12}{'solves':>10}{'ratio':>10}  peer")
    ratio = peer["seconds"] / ours["C"]["seconds"]
    _print_row("Erlang C", ours["C"]["seconds"], peer, solves, ratio)
    passed_a = _compare_erlang_a(options, inputs, ours["A"])
    _print_agreement(inputs, ours["C"]["agents"], peer["agents"])
    passed = ratio >= TARGET and passed_a
    print(f"erlang ratio={ratio:.0f} target={TARGET:.0f} {'PASS' if passed else 'FAIL'}")
    return 0 if passed else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peer-python", default=os.environ.get("LINGTING_PEER_PYTHON", sys.executable))
    parser.add_argument("--peer-python-a", default=os.environ.get("LINGTING_PEER_PYTHON_A"))
    parser.add_argument("--as-peer", choices=("C", "A"), help=argparse.SUPPRESS)
    return parser.parse_args()


def _allow_running_from_the_tree() -> None:
    sys.path.insert(0, str(ROOT / "src"))


def _inputs() -> dict[str, list[float]]:
    """Queues from a tenth of an erlang to 5,000 at their peak, each with its own day shape and target."""
    import numpy as np

    random = np.random.default_rng(SEED)
    peak = np.geomspace(0.5, 5000.0, QUEUES)[:, None, None]
    hours = np.arange(INTERVALS) / 2.0
    shape = 0.15 + np.exp(-(((hours - 10.5) / 2.5) ** 2)) + 0.8 * np.exp(-(((hours - 15.5) / 2.5) ** 2))
    week = np.array([1.1, 1.0, 0.95, 0.95, 1.0, 0.6, 0.45])[np.arange(DAYS) % 7][:, None]
    noise = random.lognormal(0.0, 0.1, (QUEUES, DAYS, INTERVALS))
    load = peak * (shape / shape.max()) * (week / 1.1) * noise
    load *= 5000.0 / load.max()
    handling = random.uniform(120.0, 600.0, (QUEUES, 1, 1)) * np.ones_like(load)
    level = random.choice([0.7, 0.8, 0.9, 0.95], (QUEUES, 1, 1)) * np.ones_like(load)
    within = random.choice([10.0, 20.0, 30.0, 120.0], (QUEUES, 1, 1)) * np.ones_like(load)
    columns = {"load": load, "handling": handling, "level": level, "within": within}
    return {name: [float(value) for value in column.ravel()] for name, column in columns.items()}


def _time_ours(inputs: dict[str, list[float]], model: str) -> dict[str, Any]:
    """Best of a few runs over all inputs, from plain arrays to whole numbers of agents."""
    import numpy as np

    from lingting.science.erlang import Target, Traffic, least_agents

    column = {name: np.array(values) for name, values in inputs.items()}
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        traffic = Traffic(
            calls=column["load"] * 1800.0 / column["handling"],
            handling_seconds=column["handling"],
            patience_seconds=PATIENCE_SECONDS if model == "A" else np.inf,
        )
        target = Target(service_level=column["level"], within_seconds=column["within"])
        agents = least_agents(traffic, target=target)
        best = min(best, time.perf_counter() - start)
    return {"seconds": best, "agents": agents.tolist()}


def _ask_peer(python: str, model: str, inputs: dict[str, list[float]]) -> dict[str, Any] | None:
    """The peer's seconds and agents from its own interpreter; None if it is not installed there."""
    command = [python, str(Path(__file__).resolve()), "--as-peer", model]
    answer = subprocess.run(command, input=json.dumps(inputs), capture_output=True, text=True, check=False)
    if answer.returncode == 3:
        return None
    if answer.returncode:
        raise RuntimeError(f"The peer stopped:\n{answer.stderr}")
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _answer_as_peer(model: str) -> int:
    """Inside the peer's interpreter: solve what stands on standard input, one interval after the other."""
    try:
        from pyworkforce import queuing
    except ImportError:
        return 3
    formula = getattr(queuing, f"Erlang{model}", None) if model == "A" else _peer_erlang_c()
    if formula is None:
        return 3
    inputs = json.load(sys.stdin)
    extra = {"patience": PATIENCE_SECONDS} if model == "A" else {}
    agents: list[int | None] = []
    failures: list[str] = []
    start = time.perf_counter()
    for load, handling, level, within in zip(*inputs.values(), strict=True):
        try:
            queue = formula(transactions=load * 1800.0 / handling, aht=handling, asa=within, interval=1800, **extra)
            agents.append(queue.required_positions(service_level=level)["raw_positions"])
        except (ArithmeticError, ValueError) as problem:
            agents.append(None)
            failures.append(repr(problem))
    seconds = time.perf_counter() - start
    version = importlib.metadata.version("pyworkforce")
    json.dump({"seconds": seconds, "agents": agents, "failures": failures[:3], "version": version}, sys.stdout)
    return 0


def _peer_erlang_c() -> Any:
    """The class stands in another place in older releases."""
    from pyworkforce.queuing.erlang import ErlangC

    return ErlangC


def _compare_erlang_a(options: argparse.Namespace, inputs: dict[str, list[float]], ours: dict[str, Any]) -> bool:
    """Per solve, ours over all inputs against the peer's on a sample of small ones, which favours the peer."""
    solves = len(inputs["load"])
    if not options.peer_python_a:
        print(f"{'Erlang A':<10}{ours['seconds']:>12.3f}{'-':>12}{solves:>10,}{'-':>10}  not measured: give")
        print("          --peer-python-a an interpreter with pyworkforce 0.5.4 (0.5.1 has no Erlang A)")
        return True
    small = [place for place, load in enumerate(inputs["load"]) if load <= SAMPLE_A_MOST_LOAD]
    chosen = small[:: max(1, len(small) // SAMPLE_A)][:SAMPLE_A]
    sample = {name: [values[place] for place in chosen] for name, values in inputs.items()}
    peer = _ask_peer(options.peer_python_a, "A", sample)
    if peer is None:
        print(f"{options.peer_python_a} has no pyworkforce with Erlang A; install pyworkforce==0.5.4 there.")
        return False
    ratio = (peer["seconds"] / len(chosen)) / (ours["seconds"] / solves)
    _print_row("Erlang A", ours["seconds"], peer, len(chosen), ratio)
    same = sum(ours["agents"][place] == other for place, other in zip(chosen, peer["agents"], strict=True))
    print(f"          (per solve: lingting over all {solves:,}, the peer over a sample of {len(chosen)} up to")
    print(f"          {SAMPLE_A_MOST_LOAD:g} erlangs; {same} of {len(chosen)} answers equal)")
    verdict = "PASS" if ratio >= TARGET_A else "FAIL"
    print(f"erlang-a ratio={ratio:.0f} target={TARGET_A:.0f} {verdict}")
    return ratio >= TARGET_A


def _print_row(model: str, seconds: float, peer: dict[str, Any], solves: int, ratio: float) -> None:
    name = f"pyworkforce {peer['version']}"
    print(f"{model:<10}{seconds:>12.3f}{peer['seconds']:>12.1f}{solves:>10,}{ratio:>10,.0f}  {name}")


def _print_agreement(inputs: dict[str, list[float]], ours: list[int], peer: list[int | None]) -> None:
    """Where the two differ, who is right: by the loss recursion, which only adds positive terms."""
    differ = [place for place, (one, other) in enumerate(zip(ours, peer, strict=True)) if one != other]
    right = sum(_is_least(inputs, place, ours[place]) for place in differ)
    print(f"agents equal in {len(ours) - len(differ):,} of {len(ours):,}; the peer failed in {peer.count(None):,}")
    if differ:
        print(f"where they differ: lingting's number is least by the recursion in {right:,} of {len(differ):,}")
        first = differ[0]
        load, level, within = (inputs[name][first] for name in ("load", "level", "within"))
        case = f"{load:.2f} erlangs, {level:.0%} in {within:g} s of {inputs['handling'][first]:.0f} s handling"
        print(f"for example {case}: lingting {ours[first]}, peer {peer[first]}")


def _is_least(inputs: dict[str, list[float]], place: int, agents: int) -> bool:
    load, handling, level, within = (inputs[name][place] for name in ("load", "handling", "level", "within"))

    def served_in_time(count: int) -> float:
        inverse = 1.0
        for line in range(1, count + 1):
            inverse = 1.0 + inverse * line / load
        waiting = count / (count + (count - load) * (inverse - 1.0))
        return 1.0 - waiting * exp(-(count - load) * within / handling)

    enough = served_in_time(agents) >= level
    return enough and (agents - 1 <= load or served_in_time(agents - 1) < level)


if __name__ == "__main__":
    sys.exit(main())
