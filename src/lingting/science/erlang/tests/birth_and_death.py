"""Queues summed state by state: positive terms only, and sharing nothing with the formulas under test."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class StateByState:
    """``completions[k - 1]`` is the rate out of state k; states from ``lowest`` up; rates per second."""

    arrivals: float
    completions: tuple[float, ...]
    agents: int
    lowest: int = 0

    @cached_property
    def shares(self) -> dict[int, float]:
        weights = {self.lowest: 1.0}
        for state in range(self.lowest + 1, len(self.completions) + 1):
            weights[state] = weights[state - 1] * self.arrivals / self.completions[state - 1]
        total = sum(weights.values())
        return {state: weight / total for state, weight in weights.items()}

    @property
    def full(self) -> float:
        """Share of the last state."""
        return self.shares[len(self.completions)]

    @property
    def waiting(self) -> float:
        """Chance that an arrival finds every agent busy and is let in."""
        last = len(self.completions)
        return sum(share for state, share in self.shares.items() if self.agents <= state < last)

    @property
    def queue_length(self) -> float:
        return sum(max(state - self.agents, 0) * share for state, share in self.shares.items())

    @property
    def busy(self) -> float:
        return sum(min(state, self.agents) * share for state, share in self.shares.items())


def centre(
    *, arrivals: float, handling_seconds: float, patience_seconds: float, agents: int, lines: int, lowest: int = 0
) -> StateByState:
    """M/M/n/K+M as a chain."""
    answer, abandon = 1 / handling_seconds, 1 / patience_seconds
    completions = tuple(min(state, agents) * answer + max(state - agents, 0) * abandon for state in range(1, lines + 1))
    return StateByState(arrivals, completions, agents, lowest)
