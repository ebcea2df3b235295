"""The work offered to a queue, interval by interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import EmptyIntervalError, checked, refuse
from .poisson import Figures

_COLUMNS = ("calls", "interval_seconds", "handling_seconds", "patience_seconds", "lines")


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Calls (or chats, or any contact that waits) offered per interval.

    Every field is a number or an array; they broadcast together, so a day of 48 intervals is one object.
    ``calls``              offered in the interval, >= 0 (expected number, need not be whole);
    ``interval_seconds``   length of the interval, > 0;
    ``handling_seconds``   mean time an agent is taken up by one call, wrap-up included, > 0;
    ``patience_seconds``   mean patience of a caller who waits, > 0; inf = nobody gives up (Erlang C);
    ``lines``              most calls that can be present, waiting or talking; inf = no limit.
    Raises BadFigureError naming the interval.
    """

    calls: ArrayLike
    interval_seconds: ArrayLike = 1800.0
    handling_seconds: ArrayLike
    patience_seconds: ArrayLike = math.inf
    lines: ArrayLike = math.inf

    def __post_init__(self) -> None:
        columns = (
            checked("calls", values=self.calls, least=0.0),
            checked("interval_seconds", values=self.interval_seconds, least=0.0, above=True),
            checked("handling_seconds", values=self.handling_seconds, least=0.0, above=True),
            checked("patience_seconds", values=self.patience_seconds, least=0.0, above=True, infinite=True),
            checked("lines", values=self.lines, least=1.0, whole=True, infinite=True),
        )
        for name, column in zip(_COLUMNS, np.broadcast_arrays(*columns), strict=True):
            object.__setattr__(self, name, column)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the intervals; () for a single one."""
        return cast(Figures, self.calls).shape

    @property
    def arrivals_per_second(self) -> Figures:
        """Calls per second."""
        return cast(Figures, self.calls) / cast(Figures, self.interval_seconds)

    @property
    def load(self) -> Figures:
        """Offered load in erlangs: agents that would be busy if every call were answered at once."""
        return self.arrivals_per_second * cast(Figures, self.handling_seconds)

    @property
    def answers_per_second(self) -> Figures:
        """Calls one busy agent finishes per second."""
        return 1.0 / cast(Figures, self.handling_seconds)

    @property
    def abandons_per_second(self) -> Figures:
        """Rate at which each waiting caller gives up; 0 where patience is infinite."""
        return 1.0 / cast(Figures, self.patience_seconds)

    @property
    def line_limit(self) -> Figures:
        """Most calls present at once, as floats; inf where there is no limit."""
        return cast(Figures, self.lines)

    def selected(self, positions: NDArray[np.intp]) -> Traffic:
        """The intervals at flat ``positions`` as one-dimensional traffic."""
        return self._each(lambda column: column.ravel()[positions])

    def reshaped(self, shape: tuple[int, ...]) -> Traffic:
        """The same intervals in another shape."""
        return self._each(lambda column: column.reshape(shape))

    def broadcast(self, shape: tuple[int, ...]) -> Traffic:
        """The same intervals stretched to ``shape``."""
        return self if shape == self.shape else self._each(lambda column: np.broadcast_to(column, shape))

    def scaled(self, factor: ArrayLike) -> Traffic:
        """The same traffic with ``factor`` times the calls (factor >= 0, broadcast)."""
        grown = cast(Figures, self.calls) * checked("factor", values=factor, least=0.0)
        return replace(self, calls=grown)

    def _each(self, change: Callable[[Figures], Figures]) -> Traffic:
        return Traffic(**{name: change(getattr(self, name)) for name in _COLUMNS})

    def check_has_calls(self) -> None:
        """Raise EmptyIntervalError naming the intervals without calls."""
        reason = "no calls, so waiting has no meaning; leave the interval out, or ask with allow_idle=True"
        refuse(self.load == 0.0, reason=reason, error=EmptyIntervalError)
