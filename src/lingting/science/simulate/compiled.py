"""The event loop compiled by numba where it is installed, else the same loop as plain Python (some fifty times slower)."""

from collections.abc import Callable
from functools import cache

from lingting.science.match import rule
from lingting.science.simulate import engine

Run = Callable[[engine.Centre, engine.Customers, engine.Log, engine.State], None]

_RULE = (rule.serve_key, rule.served_before, rule.has_room, rule.standing, rule.choose_agent)
_PARTS = (
    engine.next_move,
    engine.move,
    engine.seek_agent,
    engine.seek_work,
    engine.most_pressing,
    engine.fill,
    engine.start,
    engine.finish,
    engine.change_duty,
    engine.become_idle,
    engine.refresh,
    engine.has_given_up,
    engine.give_up,
    engine.leave_line,
    engine.spread,
    engine.close_lines,
)


class NotCompiledError(ValueError):
    """Compiled code was asked for, but numba is not installed."""


def plain_run() -> Run:
    """The loop as ordinary Python."""
    return engine.run


@cache
def compiled_run() -> Run:
    """The loop compiled; the first call takes some seconds. Raises NotCompiledError without numba."""
    try:
        from numba import njit
        from numba.extending import register_jitable
    except ImportError as missing:
        raise NotCompiledError("Install numba, or simulate with engine='plain'.") from missing
    for part in (*_RULE, *_PARTS):
        register_jitable(part)
    compiled: Run = njit(engine.run)
    return compiled


def best_run() -> Run:
    """Compiled if numba is installed, else plain."""
    try:
        return compiled_run()
    except NotCompiledError:
        return plain_run()
