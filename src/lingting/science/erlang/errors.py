"""What can be wrong with the figures given, and the words that say so."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .poisson import Figures

_NAMED_AT_MOST = 3


class QueueingError(ValueError):
    """The figures given have no answer; ``intervals`` holds the positions (index tuples) at fault."""

    def __init__(self, reason: str, *, intervals: tuple[tuple[int, ...], ...] = ()) -> None:
        super().__init__(reason)
        self.intervals = intervals


class BadFigureError(QueueingError):
    """A figure is not a number, is infinite where it must not be, or lies outside its range."""


class EmptyIntervalError(QueueingError):
    """An interval without a single call: waiting and service level have no meaning there."""


class UnstableQueueError(QueueingError):
    """The load reaches the agents, nobody gives up and no line limit holds: the queue grows for ever."""


class UnreachableTargetError(QueueingError):
    """No number of agents within the limit meets the target."""


def checked(
    name: str,
    *,
    values: ArrayLike,
    least: float = -math.inf,
    most: float = math.inf,
    above: bool = False,
    below: bool = False,
    whole: bool = False,
    infinite: bool = False,
) -> Figures:
    """``values`` as floats, refused with position and reason unless all lie between ``least`` and ``most``.

    ``above``/``below`` exclude the ends, ``whole`` asks for whole numbers, ``infinite`` lets +inf pass.
    Raises BadFigureError.
    """
    try:
        figures = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise BadFigureError(f"{name} must be numbers: {problem}") from problem
    refuse(np.isnan(figures), reason=f"{name} is not a number", figures=figures, error=BadFigureError)
    if not infinite:
        refuse(np.isinf(figures), reason=f"{name} is infinite", figures=figures, error=BadFigureError)
    outside = (figures <= least if above else figures < least) | (figures >= most if below else figures > most)
    wanted = f"{name} must be {_range_words(least, most, above, below)}"
    refuse(outside, reason=wanted, figures=figures, error=BadFigureError)
    if whole:
        broken = np.isfinite(figures) & (figures != np.floor(figures))
        refuse(broken, reason=f"{name} must be a whole number", figures=figures, error=BadFigureError)
    return figures


def refuse(
    at_fault: NDArray[np.bool_] | np.bool_,
    *,
    reason: str,
    figures: Figures | None = None,
    error: type[QueueingError],
) -> None:
    """Raise ``error`` naming the intervals where ``at_fault`` is true; return if there are none."""
    faults = np.asarray(at_fault)
    if not faults.any():
        return
    if faults.ndim == 0:
        value = "" if figures is None else f" (given: {float(figures):g})"
        raise error(f"{reason}{value}.", intervals=((),))
    positions = [tuple(int(part) for part in row) for row in np.argwhere(faults)]
    values = None if figures is None else np.broadcast_to(figures, faults.shape)
    named = [_position_words(position, values) for position in positions[:_NAMED_AT_MOST]]
    more = len(positions) - len(named)
    tail = f" and {more} more" if more else ""
    raise error(f"{reason}: interval {', '.join(named)}{tail}.", intervals=tuple(positions))


def _position_words(position: tuple[int, ...], values: Figures | None) -> str:
    place = str(position[0]) if len(position) == 1 else str(position)
    return place if values is None else f"{place} (given: {float(values[position]):g})"


def _range_words(least: float, most: float, above: bool, below: bool) -> str:
    low = f"above {least:g}" if above else f"at least {least:g}"
    high = f"below {most:g}" if below else f"at most {most:g}"
    if math.isinf(most):
        return low
    return high if math.isinf(least) else f"{low} and {high}"
