"""The bare formulas on loads in erlangs, for notebooks and for checking tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .birth_death import inverse_blocking, queue_growth
from .errors import UnstableQueueError, checked, refuse
from .poisson import Figures


def erlang_b(load: ArrayLike, *, agents: ArrayLike) -> Figures:
    """Erlang's loss formula: share of calls lost when ``load`` erlangs meet ``agents`` lines and no queue.

    ``load`` > 0 and ``agents`` >= 0 (any real number) broadcast. Source: A. K. Erlang 1917; continuous in the
    agents by Jagerman 1974.
    """
    erlangs = checked("load", values=load, least=0.0, above=True)
    people = checked("agents", values=agents, least=0.0)
    return (1.0 / inverse_blocking(erlangs, agents=people))[()]


def erlang_c(load: ArrayLike, *, agents: ArrayLike) -> Figures:
    """Erlang's delay formula: share of calls that wait when nobody gives up.

    ``load`` > 0 and ``agents`` > ``load`` broadcast; raises UnstableQueueError otherwise.
    Source: A. K. Erlang 1917, through ``C = n B / (n - a (1 - B))``.
    """
    erlangs = checked("load", values=load, least=0.0, above=True)
    people = checked("agents", values=agents, least=0.0, above=True)
    reason = "the load in erlangs reaches the agents, so the queue grows for ever"
    refuse(erlangs >= people, reason=reason, error=UnstableQueueError)
    head = inverse_blocking(erlangs, agents=people)
    return (people / (people + (people - erlangs) * (head - 1.0)))[()]


def erlang_a(load: ArrayLike, *, agents: ArrayLike, patience: ArrayLike) -> Figures:
    """Share of calls that wait when callers give up after an exponential patience (M/M/n+M).

    ``patience`` > 0 is the mean patience in handling times (120 s against 60 s of handling is 2).
    Source: C. Palm 1957; incomplete gamma form as in Zeltyn & Mandelbaum 2005.
    """
    erlangs = checked("load", values=load, least=0.0, above=True)
    people = checked("agents", values=agents, least=0.0, above=True)
    times = checked("patience", values=patience, least=0.0, above=True)
    head = inverse_blocking(erlangs, agents=people)
    growth = queue_growth(erlangs * times, departures=people * times)
    return np.asarray(1.0 / (1.0 + (head - 1.0) * growth.inverse))[()]
