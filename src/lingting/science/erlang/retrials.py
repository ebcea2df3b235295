"""Callers who try again after giving up or being turned away: an approximation.

Assumed: each lost call comes back with the same probability whatever it went through, after a pause long
against the queue's memory, so that first and repeated calls together are again Poisson. The rate of all
attempts then solves ``all = first + share * lost(all)``. This is the fixed point of M. S. Aguir,
F. Karaesmen, O. Z. Aksin & F. Chauvet, "The impact of retrials on call center performance", OR Spectrum 2004.
With quick redials the true system is worse than this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from .errors import checked
from .performance import Performance, performance
from .poisson import Figures
from .traffic import Traffic

_HALVINGS = 60


@dataclass(frozen=True)
class RetrialPerformance:
    """A queue under first and repeated calls together.

    ``attempts``     the performance any single attempt meets;
    ``traffic``      all attempts, repeated ones included;
    ``calls_factor`` attempts per caller, >= 1;
    ``given_up``     share of callers never answered.
    """

    attempts: Performance
    traffic: Traffic
    calls_factor: Figures
    given_up: Figures


def performance_with_retrials(traffic: Traffic, *, agents: ArrayLike, retry_share: ArrayLike) -> RetrialPerformance:
    """Performance when the share ``retry_share`` (0 <= r < 1) of lost attempts calls again.

    ``traffic`` holds first attempts only. Shapes broadcast. Raises as ``performance`` does.
    """
    retry = checked("retry_share", values=retry_share, least=0.0, most=1.0, below=True)
    shape = np.broadcast_shapes(traffic.shape, np.shape(agents), retry.shape)
    first = traffic.broadcast(shape)
    low, high = np.ones(shape), np.broadcast_to(1.0 / (1.0 - retry), shape)
    for _ in range(_HALVINGS):
        factor = 0.5 * (low + high)
        enough = factor * (1.0 - retry * _lost(first.scaled(factor), agents)) >= 1.0
        low, high = np.where(enough, low, factor), np.where(enough, factor, high)
    everything = first.scaled(high)
    attempts = performance(everything, agents=agents)
    return RetrialPerformance(
        attempts=attempts,
        traffic=everything,
        calls_factor=np.asarray(high)[()],
        given_up=cast(Figures, np.asarray(np.maximum(1.0 - high * attempts.answered, 0.0))[()]),
    )


def _lost(traffic: Traffic, agents: ArrayLike) -> Figures:
    return 1.0 - performance(traffic, agents=agents).answered
