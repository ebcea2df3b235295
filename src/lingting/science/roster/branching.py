"""Whole schedules out of the relaxation: branch and price, with a mixed-integer master for early good plans.

A branch says whether a person does an action on a day; both sides keep the pricing as it is. Actions
whose cheapest path would lift the bound to the best roster known are struck out (reduced-cost fixing).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, gcd, inf

import numpy as np

from .generation import Allowed, Relaxed, action_costs, priced, relax
from .master import FORBIDDEN_PRICE, Master, Party, parties_of
from .model import Floats, Ints, Problem
from .neighbourhoods import Search, Setting, dive
from .whole import whole_choice

_WHOLE = 1e-6
_FIRST_CHOICE_SECONDS = 4.0
_CHOICE_SECONDS = 15.0
_CHOICE_NODES = 200
_TRIES_WITHOUT_GAIN = 30


@dataclass(order=True)
class Node:
    """A branch still open."""

    bound: float
    order: int
    allowed: Allowed
    nights: tuple[int, ...]


@dataclass
class Incumbent:
    """The best roster so far: actions by party."""

    value: float = inf
    actions: tuple[Ints, ...] = ()


class Tree:
    """The search; call `search` once."""

    def __init__(
        self, problem: Problem, *, seed: int, clock: Callable[[], float], ends_at: float, gap: float, nodes: int | None
    ) -> None:
        self.problem, self.seed, self.gap, self.nodes = problem, seed, gap, nodes
        self.parties: list[Party] = parties_of(problem)
        self.master = Master(problem, self.parties, seed=seed)
        self.best = Incumbent()
        self.bound = -inf
        self.step = granularity(problem)
        self.done = 0
        self._clock, self._ends_at = clock, ends_at
        self._open: list[Node] = []

    def is_late(self) -> bool:
        """Whether the time is up."""
        return self._clock() >= self._ends_at

    def cutoff(self) -> float:
        """Bound from which a branch cannot hold a better roster."""
        if self.best.value == inf:
            return inf
        slack = self.gap * abs(self.best.value)
        return self.best.value - max(self.step - 1e-4, slack, 1e-7)

    def offer(self, actions: tuple[Ints, ...], tell: Callable[[], None]) -> bool:
        """Take a roster if it is the best so far."""
        value = plain_value(self.master, actions)
        if value < self.best.value - 1e-9:
            self.best = Incumbent(value, actions)
            for number, row in enumerate(actions):
                self.master.add(number, row)
            tell()
            return True
        return False

    def search(self, tell: Callable[[], None]) -> None:
        """Branch and price until proven, late, or the most nodes are done."""
        if any(not party.network.allowed.any(axis=1).all() for party in self.parties):
            return
        allowed = [party.network.allowed.copy() for party in self.parties]
        self._open = [Node(-inf, 0, allowed, ())]
        self._first_plan(tell)
        current: Node | None = heapq.heappop(self._open)
        while current is not None and not self.is_late() and (self.nodes is None or self.done < self.nodes):
            children = self._visit(current, tell)
            current = children[0] if children else None
            for child in children[1:]:
                heapq.heappush(self._open, child)
            while current is None and self._open:
                current = heapq.heappop(self._open)
                if current.bound >= self.cutoff():
                    current = None
        left = [node.bound for node in self._open] + ([current.bound] if current is not None else [])
        self._lift(min([*left, self._ceiling()]))
        tell()

    def _first_plan(self, tell: Callable[[], None]) -> None:
        """A roster at once: each person in turn takes the best row against the others, twice around."""
        master, count = self.master, np.zeros(self.master.rows + 1)
        chosen: list[Ints | None] = [None] * len(self.parties)
        days = np.arange(self.problem.days)
        for number in [*range(len(self.parties))] * 2:
            party, old = self.parties[number], chosen[number]
            if old is not None:
                np.add.at(count, party.rows[days, old].ravel(), -1.0)
            worth = np.where(count[:-1] < master.required, -master.under, master.over)
            found = party.room.best_paths(
                action_costs(master, number, -worth, np.zeros(len(master.loose))), allowed=party.network.allowed
            )
            if not found:
                return
            chosen[number] = new = found[0][1]
            np.add.at(count, party.rows[days, new].ravel(), 1.0)
        self.offer(tuple(row for row in chosen if row is not None), tell)

    def _ceiling(self) -> float:
        return self.best.value

    def _lift(self, bound: float) -> None:
        rounded = ceil(bound / self.step - 1e-4) * self.step if self.step and bound < inf and bound > -inf else bound
        self.bound = max(self.bound, min(rounded, self.best.value))

    def _visit(self, node: Node, tell: Callable[[], None]) -> list[Node]:
        """Relax a branch, strike out actions, and return the branches below it, the hopeful one first."""
        master, under = self.master, self._under(node)
        master.restrict(master.barred(node.allowed), under)
        relaxed = relax(master, node.allowed, under, cutoff=self.cutoff(), expired=self.is_late)
        self.done += 1
        bound = max(node.bound, relaxed.bound)
        if self.done == 1:
            self._lift(bound)
            tell()
        if bound >= min(self.cutoff(), 0.5 * FORBIDDEN_PRICE):
            return []
        if not relaxed.is_finished and self.is_late():
            return [Node(bound, self.done, node.allowed, node.nights)]
        if self.done == 1:
            self._approach(node.allowed, tell)
        elif self.done % 40 == 0:
            self._whole_master(node, tell)
        if self.best.value < inf:
            self._strike(node, relaxed, under)
        elif self.done > 1 and self.done % 5 == 0:
            self._lift(min([bound, *(other.bound for other in self._open)]))
        return self._branches(node, relaxed, bound, tell)

    def _under(self, node: Node) -> Floats:
        under = self.master.under.copy()
        for night in node.nights:
            under[len(self.problem.covers) + night] = FORBIDDEN_PRICE
        return under

    def _strike(self, node: Node, relaxed: Relaxed, under: Floats) -> None:
        """Reduced-cost fixing at the prices of the bound."""
        master, cutoff = self.master, self.cutoff()
        bound, found = priced(master, node.allowed, relaxed.row_price, relaxed.loose_price, under)
        for number, least, _ in found:
            party = master.parties[number]
            cost = action_costs(master, number, np.clip(relaxed.row_price, -master.over, under), relaxed.loose_price)
            party.room.best_paths(cost, allowed=node.allowed[number])
            best = party.room.best_through(cost, allowed=node.allowed[number]) + party.constant
            node.allowed[number] = node.allowed[number] & (bound - least + best < cutoff)

    def _branches(self, node: Node, relaxed: Relaxed, bound: float, tell: Callable[[], None]) -> list[Node]:
        doing = self._doing(relaxed.shares)
        choice = self._choice(doing)
        if choice is None:
            actions = tuple(np.argmax(share, axis=1) for share in doing)
            lonely = lonely_night(self.problem, self.master, actions)
            if lonely is None or lonely in node.nights:
                self.offer(actions, tell)
                return []
            return self._night_branches(node, bound, lonely)
        number, day, action = choice
        yes, no = list(node.allowed), list(node.allowed)
        yes[number] = yes[number].copy()
        yes[number][day, :action] = False
        yes[number][day, action + 1 :] = False
        no[number] = no[number].copy()
        no[number][day, action] = False
        return [Node(bound, 2 * self.done, yes, node.nights), Node(bound, 2 * self.done + 1, no, node.nights)]

    def _night_branches(self, node: Node, bound: float, day: int) -> list[Node]:
        empty = []
        for number, party in enumerate(self.parties):
            rows = (party.rows[day] == len(self.problem.covers) + day).any(axis=1)
            empty.append(node.allowed[number].copy())
            empty[-1][day, rows] = False
        return [
            Node(bound, 2 * self.done, list(node.allowed), (*node.nights, day)),
            Node(bound, 2 * self.done + 1, empty, node.nights),
        ]

    def _doing(self, shares: Floats) -> list[Floats]:
        days = np.arange(self.problem.days)
        doing = [np.zeros(party.price.shape) for party in self.parties]
        for column, share in zip(self.master.columns, shares, strict=False):
            if share > 1e-9:
                doing[column.party][days, column.actions] += share
        return doing

    def _choice(self, doing: list[Floats]) -> tuple[int, int, int] | None:
        best, choice = 0.0, None
        for number, share in enumerate(doing):
            split = np.where((share > _WHOLE) & (share < 1.0 - _WHOLE), share, 0.0)
            split[:, 0] *= 0.999
            at = int(split.argmax())
            if split.flat[at] > best:
                best = float(split.flat[at])
                day, action = divmod(at, share.shape[1])
                choice = (number, day, action)
        return choice

    def _whole_master(self, node: Node, tell: Callable[[], None], seconds: float = _CHOICE_SECONDS) -> None:
        """Best whole choice among the schedules known, by HiGHS."""
        seconds = min(seconds, 0.3 * self._seconds_left())
        nodes = None if self.nodes is None else _CHOICE_NODES
        if seconds > 0.1:
            seconds = self._seconds_left() if nodes else seconds
            actions = whole_choice(self.master, seconds=seconds, cutoff=self.best.value, seed=self.seed, nodes=nodes)
            if actions is not None:
                self.offer(actions, tell)

    def _approach(self, allowed: Allowed, tell: Callable[[], None]) -> None:
        """Good rosters before the search for proof: whole choice, a dive, then neighbourhoods."""
        nodes = None if self.nodes is None else _CHOICE_NODES
        setting = Setting(self.master, allowed, self.master.under, self.is_late, self._seconds_left, self.seed, nodes)
        node = Node(self.bound, 0, allowed, ())
        self._whole_master(node, tell, _FIRST_CHOICE_SECONDS)
        if self.is_proven():
            return
        found = dive(setting)
        if found is not None:
            self.offer(found, tell)
        search, idle = Search(setting), 0
        while self.best.value < inf and idle < _TRIES_WITHOUT_GAIN and not self.is_late() and not self.is_proven():
            found = search.improve(self.best.actions, value=self.best.value, cutoff=self.cutoff())
            idle = 0 if found is not None and self.offer(found, tell) else idle + 1

    def is_proven(self) -> bool:
        """Whether the bound leaves no room for a better roster."""
        return self.bound >= self.cutoff()

    def _seconds_left(self) -> float:
        return max(0.0, self._ends_at - self._clock())


def granularity(problem: Problem) -> float:
    """Greatest step that divides every price (0 if prices are not whole)."""
    if problem.hour_price or problem.fairness_price or any(person.ledger.refused_wishes for person in problem.people):
        return 0.0
    prices = [wish.weight for wish in problem.wishes]
    prices += [price for cover in problem.covers for price in (cover.under_price, cover.over_price)]
    prices += [price for _, price in problem.keep.values()]
    if any(price != int(price) for price in prices):
        return 0.0
    return float(gcd(*(int(price) for price in prices))) if prices else 0.0


def plain_value(master: Master, actions: tuple[Ints, ...]) -> float:
    """Price of whole schedules: people's own prices and the cover rows."""
    count = np.zeros(master.rows + 1)
    value = 0.0
    for party, row in zip(master.parties, actions, strict=True):
        days = np.arange(len(row))
        np.add.at(count, party.rows[days, row].ravel(), 1.0)
        value += party.cost_of(row)
    short = master.required - count[:-1]
    covers = len(master.problem.covers)
    if ((count[covers:-1] > 0) & (short[covers:] > 0)).any():
        return inf
    value += float((np.maximum(short, 0.0) * master.under + np.maximum(-short, 0.0) * master.over).sum())
    for owner, counter in master.loose:
        row = actions[owner]
        if counter.add[np.arange(len(row)), row, 0].sum() > counter.most:
            return inf
    return value


def lonely_night(problem: Problem, master: Master, actions: tuple[Ints, ...]) -> int | None:
    """A night with people, but fewer than must keep each other company."""
    if problem.night_company <= 1:
        return None
    count = np.zeros(master.rows + 1)
    for party, row in zip(master.parties, actions, strict=True):
        np.add.at(count, party.rows[np.arange(len(row)), row].ravel(), 1.0)
    nights = count[len(problem.covers) : -1]
    lonely = np.flatnonzero((nights > 0) & (nights < problem.night_company))
    return int(lonely[0]) if len(lonely) else None
