"""The two halves of every queue with Poisson arrivals: the agents' side and the queue's side.

Seen from the state "every agent busy, nobody waiting", the agents' side adds up the states below it
(``inverse_blocking``) and the queue's side the states above it (``queue_growth``). Each formula of the
package is a ratio of the two. Both are incomplete gamma functions, so agents may be fractional.
Sources: D. L. Jagerman, "Some properties of the Erlang loss function", 1974 (agents' side);
C. Palm 1957 and S. Zeltyn & A. Mandelbaum, "Call centers with impatient customers", 2005 (queue's side).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .poisson import Figures, log_poisson

_FRACTION_DEPTH = 40
_FAR = 3.0


@dataclass(frozen=True)
class QueueGrowth:
    """What the queue's side comes to when people leave it at rates ``departures + 1, + 2, ...``.

    ``inverse``  one over ``1 + x/(y+1) + x^2/((y+1)(y+2)) + ...`` (0 when the sum overflows);
    ``waiting``  mean number waiting while every agent is busy;
    ``served``   ``x - waiting``: of ``x`` people who come while every agent is busy, how many are answered.
    """

    inverse: Figures
    waiting: Figures
    served: Figures


def inverse_blocking(load: Figures, *, agents: Figures) -> Figures:
    """One over Erlang's loss probability, ``1/B``; inf where B is below 1e-300.

    ``load`` > 0 in erlangs and ``agents`` >= 0 (any real number) broadcast together.
    """
    load, agents = np.broadcast_arrays(load, agents)
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        value = special.gammaincc(agents + 1.0, load) * np.exp(-log_poisson(agents, mean=load))
    crowded = load > agents + _FAR * np.sqrt(load)
    if np.any(crowded):
        value = np.array(value)
        value[crowded] = _crowded_inverse_blocking(load[crowded], agents[crowded])
    return cast(Figures, np.asarray(value))


def queue_growth(arrivals: Figures, *, departures: Figures) -> QueueGrowth:
    """The queue's side for ``x`` arrivals and ``y`` departures, both per mean patience.

    ``arrivals`` > 0 and ``departures`` >= 0 broadcast together. Far below balance the sums come from a
    continued fraction without cancellation, elsewhere from the incomplete gamma function.
    """
    x, y = (np.asarray(part) for part in np.broadcast_arrays(arrivals, departures))
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        inverse = np.exp(log_poisson(y, mean=x)) / special.gammainc(y, x)
        inverse = np.asarray(np.where(y == 0.0, np.exp(-x), inverse))
        waiting = np.asarray((x - y) + y * inverse)
        served = np.asarray(y * (1.0 - inverse))
    light = is_light(x, departures=y)
    if np.any(light):
        inverse[light], waiting[light], served[light] = _light_growth(x[light], y[light])
    return QueueGrowth(inverse=inverse, waiting=waiting, served=served)


def is_light(arrivals: Figures, *, departures: Figures) -> NDArray[np.bool_]:
    """True where the queue's side is far below balance, so that series in ``x/y`` converge fast."""
    return arrivals < np.maximum(1.0, departures - _FAR * np.sqrt(departures))


def _crowded_inverse_blocking(load: Figures, agents: Figures) -> Figures:
    """``1/B`` far above the agents: Legendre's continued fraction of the upper incomplete gamma function."""
    tail = np.zeros_like(load)
    for step in range(_FRACTION_DEPTH, 0, -1):
        tail = step * (agents - step + 1.0) / (load - agents + 2.0 * step + tail)
    return load / (load - agents + tail)


def _light_growth(x: Figures, y: Figures) -> tuple[Figures, Figures, Figures]:
    """Inverse, waiting and served from Gauss' continued fraction of the lower incomplete gamma function."""
    even = y + 2.0 * _FRACTION_DEPTH + 2.0
    for step in range(_FRACTION_DEPTH, 0, -1):
        odd = y + 2.0 * step + 1.0 + (step + 1.0) * x / even
        even = y + 2.0 * step - (y + step) * x / odd
    excess = 1.0 + x / even
    whole = y + excess
    return 1.0 - x / whole, x * excess / whole, x * y / whole
