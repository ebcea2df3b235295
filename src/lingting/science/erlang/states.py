"""The agents' side summed state by state, where completions do not grow evenly with the work present."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .poisson import Figures


@dataclass(frozen=True)
class AgentSide:
    """States from ``lowest`` to "everybody busy".

    ``head``    their sum relative to the last one (inf if that one is below 1e-300);
    ``shares``  their probabilities given that nobody waits, lowest first.
    """

    head: float
    lowest: int
    shares: Figures

    @property
    def mean_present(self) -> float:
        """Mean contacts in hand, given that nobody waits."""
        return float(np.dot(self.shares, self.lowest + np.arange(self.shares.size)))


def agent_side(arrivals: float, *, completions: Figures, lowest: int = 0) -> AgentSide:
    """Sum a birth and death chain: ``completions[i]`` is the rate of finishing in state ``lowest + 1 + i``.

    ``arrivals`` and completions per second, > 0. Summed in logarithms from the last state down.
    """
    with np.errstate(over="ignore"):
        fall = np.concatenate([[0.0], np.cumsum(np.log(completions[::-1] / arrivals))])
        head = float(np.sum(np.exp(fall)))
    weights = np.exp(fall - fall.max())
    return AgentSide(head=head, lowest=lowest, shares=(weights / weights.sum())[::-1])
