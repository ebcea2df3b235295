"""The agents of one round in array form, and what of their capacity is left as work is given out."""

from collections.abc import Sequence

import numpy as np

from lingting.science.match.parties import Agent, Id, MatchInputError
from lingting.science.match.rule import NEVER, Ints, has_room, standing

_NO_LIMIT = 1 << 40

Load = tuple[str, int, bool]
"""What a piece of work costs an agent: channel, weight, exclusive."""


class Floor:
    """Agents sorted by id, with their levels, standing and room. Private to a round: it changes as work is
    given out.
    """

    def __init__(self, agents: Sequence[Agent], *, skills: Sequence[str]) -> None:
        self.agents = sorted(agents, key=lambda agent: agent.id)
        self.place: dict[Id, int] = {agent.id: place for place, agent in enumerate(self.agents)}
        if len(self.place) < len(self.agents):
            raise MatchInputError("Two agents have the same id.")
        self.levels = np.array([[agent.skills.get(skill, 0) for agent in self.agents] for skill in skills], dtype=np.int64)
        self.levels.shape = (len(skills), len(self.agents))
        self.totals = self.levels.sum(axis=0)
        self.used = [sum(agent.used.values()) for agent in self.agents]
        self._used_on = [dict(agent.used) for agent in self.agents]
        self.by_idleness = sorted(range(len(self.agents)), key=lambda place: self.agents[place].idle_since)
        self._idle_order = [0] * len(self.agents)
        for position, place in enumerate(self.by_idleness):
            self._idle_order[place] = position
        self.standing = np.array([self._standing(place) for place in range(len(self.agents))], dtype=np.int64)
        self._room: dict[Load, Ints] = {}

    def ranks(self, queue: Id) -> Ints:
        """Rank of the queue at every agent, 0 where it is not served."""
        return np.array([agent.queues.get(queue, 0) for agent in self.agents], dtype=np.int64)

    def room(self, load: Load) -> Ints:
        """Per agent 0 where there is room for such work, NEVER where not."""
        if load not in self._room:
            self._room[load] = np.array(
                [0 if self._has_room(place, load) else NEVER for place in range(len(self.agents))],
                dtype=np.int64,
            )
        return self._room[load]

    def occupy(self, place: int, load: Load) -> None:
        """Give one piece of work to the agent at `place`."""
        channel, weight, exclusive = load
        units = self.agents[place].capacity if exclusive else weight
        self.used[place] += units
        on = self._used_on[place]
        on[channel] = on.get(channel, 0) + units
        self.standing[place] = self._standing(place)
        for known, room in self._room.items():
            if not self._has_room(place, known):
                room[place] = NEVER

    def _standing(self, place: int) -> int:
        return standing(self.used[place], self.agents[place].capacity, self._idle_order[place])

    def _has_room(self, place: int, load: Load) -> bool:
        channel, weight, exclusive = load
        agent = self.agents[place]
        limit = agent.channel_limits.get(channel, _NO_LIMIT)
        return has_room(self.used[place], self._used_on[place].get(channel, 0), agent.capacity, limit, weight, exclusive)
