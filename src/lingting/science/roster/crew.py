"""People of a centre ready for pricing against demand by interval: alike shifts share an action, alike people a network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .master import prices_of
from .model import OFF, Floats, Ints, Person, Problem
from .network import Network, network_of
from .paths import INFINITE, Room


@dataclass(frozen=True, eq=False)
class Actions:
    """Which shifts are alike for a network: `order` sorts the actions, `first` marks where each sort begins."""

    network: Network
    room: Room
    order: Ints
    first: Ints

    @staticmethod
    def of(network: Network) -> Actions:
        """Group the actions that lead to the same modes and count the same."""
        columns = [network.follow.T]
        columns += [counter.add.transpose(1, 0, 2).reshape(len(network.shifts), -1) for counter in network.counters]
        table = np.hstack(columns)
        _, sort = np.unique(table, axis=0, return_inverse=True)
        sort = np.where(np.arange(len(sort)) == 0, -1, sort.ravel())
        order = np.argsort(sort, kind="stable")
        first = np.flatnonzero(np.r_[True, np.diff(sort[order]) != 0])
        chosen = order[first]
        counters = tuple(replace(counter, add=np.ascontiguousarray(counter.add[:, chosen])) for counter in network.counters)
        small = replace(
            network,
            shifts=network.shifts[chosen],
            allowed=np.ones((network.allowed.shape[0], len(chosen)), np.bool_),
            follow=np.ascontiguousarray(network.follow[:, chosen]),
            counters=counters,
        )
        return Actions(small, Room(small), order, first)


@dataclass(frozen=True, eq=False)
class Member:
    """A person of the crew. allowed and price: shape (days, actions) over all his shifts."""

    person: Person
    shifts: Ints
    allowed: NDArray[np.bool_]
    price: Floats
    constant: float
    actions: Actions
    group: int

    def best_row(self, shift_price: Floats) -> tuple[float, Ints] | None:
        """Cheapest row of shifts at the given (days, all shifts) prices; None if no row keeps the rules."""
        cost = self.price.copy()
        cost[:, 1:] += shift_price[:, self.shifts[1:]]
        cost[~self.allowed] = INFINITE
        ordered = cost[:, self.actions.order]
        least = np.minimum.reduceat(ordered, self.actions.first, axis=1)
        found = self.actions.room.best_paths(least, allowed=least < INFINITE / 10)
        if not found:
            return None
        value, path = found[0]
        ends = np.r_[self.actions.first[1:], len(self.actions.order)]
        row = np.full(len(path), OFF, np.int64)
        for day, sort in enumerate(path):
            begin = self.actions.first[sort]
            at = begin + int(ordered[day, begin : ends[sort]].argmin())
            row[day] = self.shifts[self.actions.order[at]]
        return value + self.constant, row


def crew_of(problem: Problem, group_of: Ints) -> list[Member]:
    """All people; networks are shared between people with the same contract, shifts, history and counted leave."""
    known: dict[tuple[object, ...], Actions] = {}
    members = []
    for person, group in zip(problem.people, group_of, strict=True):
        leave = person.leave if person.contract.leave_counts else None
        key = (person.contract, person.shifts, person.history, leave)
        network = network_of(problem, person, states_at_most=10**9)
        if key not in known:
            free = replace(network, allowed=np.ones_like(network.allowed))
            known[key] = Actions.of(free)
        price, constant = prices_of(problem, person, network.shifts)
        members.append(Member(person, network.shifts, network.allowed, price, constant, known[key], int(group)))
    return members
