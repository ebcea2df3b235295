"""The agents of one round: who of them is what, and what of their capacity is left as work is given out."""

from collections.abc import Iterable
from functools import cached_property
from operator import attrgetter
from typing import TypeVar

from lingting.science.match.parties import Agent, Id, MatchInputError
from lingting.science.match.rule import has_room, standing

Value = TypeVar("Value", int, tuple[int, int])

_NO_LIMIT = 1 << 40

Load = tuple[str, int, bool]
"""What a piece of work costs an agent: channel, weight, exclusive."""

Places = int
"""A set of agents: bit `place` is set for the agent at that place. Who serves a queue, has the skills and has
room is then one `&` of whole numbers however many agents there are, and the lowest bit is the longest idle.
"""


class Floor:
    """Agents by idle time, the longest idle first, then by id. Private to a round: it changes as work is given out.

    Nothing about a queue, skill or load is worked out before it is asked for: a round of one chat looks at
    one queue.
    """

    def __init__(self, agents: Iterable[Agent]) -> None:
        self.agents = sorted(sorted(agents, key=attrgetter("id")), key=attrgetter("idle_since"))
        self.place: dict[Id, int] = {agent.id: place for place, agent in enumerate(self.agents)}
        if len(self.place) < len(self.agents):
            raise MatchInputError("Two agents have the same id.")
        self.used = [sum(agent.used.values()) for agent in self.agents]
        self._used_on = [agent.used for agent in self.agents]
        self._ranks: dict[Id, dict[int, Places]] = {}
        self._serving: dict[Id, Places] = {}
        self._levels: dict[str, dict[int, Places]] = {}
        self._able: dict[tuple[str, int], Places] = {}
        self._room: dict[Load, Places] = {}

    def ranks(self, queue: Id) -> dict[int, Places]:
        """Who serves the queue, by its rank at them, the nearest first."""
        if queue not in self._ranks:
            ranks = _grouped([agent.queues.get(queue, 0) for agent in self.agents])
            ranks.pop(0, None)
            self._ranks[queue] = ranks
        return self._ranks[queue]

    def levels(self, skill: str) -> dict[int, Places]:
        """Everybody by his level of the skill, 0 for who has it not."""
        if skill not in self._levels:
            self._levels[skill] = _grouped([agent.skills.get(skill, 0) for agent in self.agents])
        return self._levels[skill]

    @cached_property
    def totals(self) -> dict[int, Places]:
        """Everybody by the sum of the levels of all his skills, the smallest first."""
        return _grouped([sum(agent.skills.values()) for agent in self.agents])

    def serving(self, queue: Id) -> Places:
        """Who serves the queue."""
        if queue not in self._serving:
            self._serving[queue] = sum(self.ranks(queue).values())
        return self._serving[queue]

    def able(self, skill: str, *, level: int) -> Places:
        """Who has the skill at this level or above."""
        wanted = (skill, level)
        if wanted not in self._able:
            self._able[wanted] = sum(places for has, places in self.levels(skill).items() if has >= level)
        return self._able[wanted]

    def room(self, load: Load) -> Places:
        """Who has room for such work now."""
        if load not in self._room:
            _channel, weight, exclusive = load
            free = 0
            for (used, capacity), places in self._states.items():
                if has_room(used, 0, capacity, _NO_LIMIT, weight, exclusive):
                    free |= places
            for place in members(free & self._limited):
                if not self._has_room(place, load):
                    free ^= 1 << place
            self._room[load] = free
        return self._room[load]

    def least_loaded(self, places: Places) -> Places:
        """Those of them with the least in hand."""
        loads: dict[int, Places] = {}
        for (used, capacity), those in self._states.items():
            here = those & places
            if here:
                load = standing(used, capacity, 0)
                loads[load] = loads.get(load, 0) | here
        return loads[min(loads)]

    def occupy(self, place: int, load: Load) -> None:
        """Give one piece of work to the agent at `place`."""
        channel, weight, exclusive = load
        bit, capacity, on = 1 << place, self.agents[place].capacity, self._used_on[place]
        units = capacity if exclusive else weight
        self._states[self.used[place], capacity] ^= bit
        self.used[place] += units
        state = (self.used[place], capacity)
        self._states[state] = self._states.get(state, 0) | bit
        self._used_on[place] = {**on, channel: on.get(channel, 0) + units}
        for known, places in self._room.items():
            if places & bit and not self._has_room(place, known):
                self._room[known] = places ^ bit

    @cached_property
    def _states(self) -> dict[tuple[int, int], Places]:
        """Everybody by what he has in hand and his capacity: nearly all there is to room and load."""
        return _grouped(zip(self.used, [agent.capacity for agent in self.agents], strict=True))

    @cached_property
    def _limited(self) -> Places:
        """Who has a limit on some channel."""
        return sum(1 << place for place, agent in enumerate(self.agents) if agent.channel_limits)

    def _has_room(self, place: int, load: Load) -> bool:
        channel, weight, exclusive = load
        agent = self.agents[place]
        limit = agent.channel_limits.get(channel, _NO_LIMIT)
        return has_room(self.used[place], self._used_on[place].get(channel, 0), agent.capacity, limit, weight, exclusive)


def is_one(places: Places) -> bool:
    """Whether a set that is not empty has a single member."""
    return places & (places - 1) == 0


def lowest(places: Places) -> int:
    """The first place of a set that is not empty."""
    return (places & -places).bit_length() - 1


def members(places: Places) -> list[int]:
    """The places of a set, ascending."""
    return [place for place in range(places.bit_length()) if (places >> place) & 1]


def _grouped(values: Iterable[Value]) -> dict[Value, Places]:
    """The places of each value, the smallest value first; values[place]."""
    groups: dict[Value, Places] = {}
    bit = 1
    for value in values:
        groups[value] = groups.get(value, 0) | bit
        bit <<= 1
    return dict(sorted(groups.items()))
