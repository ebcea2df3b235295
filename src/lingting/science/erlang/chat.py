"""Agents who hold several chats at once.

With ``j`` chats in hand each takes ``stretch[j - 1]`` times as long as a chat alone. A new chat goes to the
agent with the fewest; the formula takes them to stay as evenly spread when chats end. Chats wait when every
agent holds ``concurrency`` of them. The number of chats present is then a birth and death process with
completions that depend on how they are spread; waiting is as in Erlang A with the full completion rate.
Model: the limited processor sharing pool of J. Luo & J. Zhang, "Staffing and control of instant messaging
contact centers", Operations Research 2013, evaluated exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .errors import BadFigureError, UnstableQueueError, checked, refuse
from .least import MOST_AGENTS, Target, Whole, least_meeting
from .performance import Performance, assembled
from .poisson import Figures
from .queues import EndlessQueue, Rates
from .states import agent_side
from .traffic import Traffic


@dataclass(frozen=True)
class Concurrency:
    """How chats slow each other down: ``stretch[j - 1]`` is the handling time with ``j`` at once, relative
    to one.

    The first is 1. Each further chat must still let an agent finish more in all (``j / stretch[j - 1]``
    rises), otherwise it is not worth holding. Raises BadFigureError.
    """

    stretch: tuple[float, ...]

    def __post_init__(self) -> None:
        factors = checked("stretch", values=self.stretch, least=1.0)
        if factors.ndim != 1 or factors.size == 0 or factors[0] != 1.0:
            raise BadFigureError("stretch lists one factor per number of chats and starts with 1.")
        if np.any(np.diff(self.finishing) <= 0.0):
            best = int(np.argmax(self.finishing)) + 1
            raise BadFigureError(f"More than {best} chats at once make an agent slower in all; allow {best} at most.")

    @property
    def most(self) -> int:
        """Most chats one agent holds."""
        return len(self.stretch)

    @property
    def finishing(self) -> Figures:
        """Chats finished by an agent with 1, 2, ... in hand, in the time one chat alone takes."""
        return np.asarray(np.arange(1, self.most + 1) / np.asarray(self.stretch), dtype=np.float64)

    def completions(self, agents: int) -> Figures:
        """Completions per handling time of a lone chat with 1, 2, ... chats spread evenly over ``agents``."""
        present = np.arange(1, agents * self.most + 1)
        each, more = present // agents, present % agents
        speed = np.concatenate([[0.0], self.finishing, [0.0]])
        return np.asarray((agents - more) * speed[each] + more * speed[each + 1])


def concurrency_of(stretch: Sequence[float]) -> Concurrency:
    """``Concurrency`` from any sequence of factors."""
    return Concurrency(tuple(float(factor) for factor in stretch))


def chat_performance(traffic: Traffic, *, agents: ArrayLike, concurrency: Concurrency) -> Performance:
    """Figures of a chat queue; ``handling_seconds`` of the traffic is the time a chat alone takes.

    ``agents`` whole, > 0, broadcast. Occupancy is the share of chat places in use. Line limits are not part
    of this model. Raises BadFigureError, EmptyIntervalError and UnstableQueueError.
    """
    people = checked("agents", values=agents, least=1.0, whole=True)
    shape = np.broadcast_shapes(traffic.shape, people.shape)
    traffic = traffic.broadcast(shape)
    traffic.check_has_calls()
    refuse(np.isfinite(traffic.line_limit), reason="chats have no line limit", error=BadFigureError)
    people = np.array(np.broadcast_to(people, shape))
    capacity = people * concurrency.finishing[-1] * traffic.answers_per_second
    endless = (traffic.abandons_per_second == 0.0) & (traffic.arrivals_per_second >= capacity)
    reason = "chats come faster than all agents together finish them and nobody gives up"
    refuse(endless, reason=reason, error=UnstableQueueError)
    sides = [
        agent_side(load, completions=concurrency.completions(int(count)))
        for load, count in zip(traffic.load.ravel(), people.ravel(), strict=True)
    ]
    places = people.ravel() * concurrency.most
    present = np.array([side.mean_present for side in sides])
    queue = EndlessQueue(_rates(traffic, capacity), np.array([side.head for side in sides]))
    # "All full, nobody waiting" is counted by both sides, hence its share.
    none_waiting = 1.0 - queue.waiting_share + queue.full_share
    in_use = present * none_waiting + places * (1.0 - none_waiting)
    return assembled(traffic, agents=people, queue=queue, places=places, in_use=in_use)


def least_chat_agents(
    traffic: Traffic,
    *,
    concurrency: Concurrency,
    target: Target,
    allow_idle: bool = False,
    most_agents: int = MOST_AGENTS,
) -> Whole:
    """Least agents with whom a chat queue meets ``target``; arguments and errors as in ``least_agents``."""
    finishing = float(concurrency.finishing[-1])
    endless = traffic.abandons_per_second == 0.0

    def figures(part: Traffic, agents: Figures) -> Performance:
        return chat_performance(part, agents=agents, concurrency=concurrency)

    return least_meeting(
        traffic,
        target=target,
        figures=figures,
        erlangs_per_agent=finishing,
        allow_idle=allow_idle,
        lowest=np.where(endless, np.floor(traffic.load / finishing) + 1.0, 1.0),
        highest=np.full(traffic.shape, float(most_agents)),
    )


def _rates(traffic: Traffic, capacity: Figures) -> Rates:
    return Rates(
        arrivals=traffic.arrivals_per_second.ravel(),
        answers=capacity.ravel(),
        abandons=traffic.abandons_per_second.ravel(),
    )
