"""The event loop compiled by numba where it is installed, else the same loop as plain Python (some fifty
times slower).
"""

from collections.abc import Callable
from functools import cache
from typing import cast

from lingting.science.match import rule
from lingting.science.simulate import engine
from lingting.science.simulate.arrays import Centre, Customers, Log, State

Run = Callable[[Centre, Customers, Log, State], None]

WORTH_COMPILING = 150_000
"""Contacts that take plain Python about as long as compiling takes, some ten seconds."""

_RULE: tuple[Callable[..., object], ...] = (rule.serve_key, rule.served_before, rule.has_room, rule.standing, rule.choose_agent)
_PARTS: tuple[Callable[..., object], ...] = (
    engine.move,
    engine.seek_agent,
    engine.fill,
    engine.start,
    engine.finish,
    engine.linger,
    engine.most_pressing,
    engine.change_duty,
    engine.close_lines,
    engine.has_given_up,
    engine.spread,
)
_SMALL_PARTS: tuple[Callable[..., object], ...] = (
    engine.next_move,
    engine.seek_work,
    engine.become_idle,
    engine.put_down,
    engine.refresh,
    engine.give_up,
    engine.leave_line,
)
"""Written into their callers by numba: handing over the arrays would cost more than the work."""


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
    for small in _SMALL_PARTS:
        register_jitable(inline="always")(small)
    return cast(Run, njit(engine.run))


class _Played:
    """Contacts played as plain Python by this process."""

    contacts = 0


def best_run(*, contacts: int) -> Run:
    """Compiled where that pays: once this process has played so many contacts that the compiler would be done by now.

    Nothing is stored on disk (numba's cache does not see changes in the rule's own file, and would write into the
    package), so a few small scenarios are sooner over as plain Python. The results are the same. Plain without numba.
    """
    _Played.contacts += contacts
    if _Played.contacts < WORTH_COMPILING and not compiled_run.cache_info().currsize:
        return plain_run()
    try:
        return compiled_run()
    except NotCompiledError:
        return plain_run()
