"""The customers of one run, drawn before it: the same whatever the plan, so that plans can be compared on
equal luck.
"""

from zlib import crc32

import numpy as np

from lingting.science.match.rule import Ints
from lingting.science.simulate.arrays import Customers
from lingting.science.simulate.durations import Seconds
from lingting.science.simulate.plan import Plan
from lingting.science.simulate.scenario import Scenario

_MOST_TRANSFERS = 20
"""Times one customer can be passed on."""


def draw_customers(scenario: Scenario, *, plan: Plan, seed: int, run: int) -> Customers:
    """Who comes in run number `run`, with all their times.

    Every contact and purpose has a random stream of its own (seed, run, name, purpose): another roster, or
    one contact more, leaves the others as they were.
    """
    draw = _Draw(scenario, plan=plan, seed=seed, run=run)
    return draw.customers()


class _Draw:
    def __init__(self, scenario: Scenario, *, plan: Plan, seed: int, run: int) -> None:
        self._scenario = scenario
        self._plan = plan
        self._seed = seed
        self._run = run
        self._place = {contact.name: place for place, contact in enumerate(scenario.contacts)}

    def customers(self) -> Customers:
        arrive_at, contact_of = self._arrivals()
        arriving = len(arrive_at)
        batches = [contact_of]
        transfers = []
        newcomers, begun, hop = contact_of, 0, 0
        while len(newcomers):
            targets = self._targets(newcomers, hop=hop) if hop < _MOST_TRANSFERS else np.full(len(newcomers), -1)
            passed = targets >= 0
            following = np.full(len(newcomers), -1, np.int64)
            following[passed] = begun + len(newcomers) + np.arange(np.count_nonzero(passed))
            transfers.append(following)
            begun += len(newcomers)
            newcomers = targets[passed]
            batches.append(newcomers)
            hop += 1
        filler = np.full(self._filler_count(), len(self._scenario.contacts), np.int64)
        contacts = np.concatenate([*batches, filler])
        transfer = np.concatenate([*transfers, np.full(len(filler), -1, np.int64)])
        moments = np.full(len(contacts), np.nan)
        moments[:arriving] = arrive_at
        return self._with_times(contacts, moments, transfer, arriving, len(contacts) - len(filler))

    def _arrivals(self) -> tuple[Seconds, Ints]:
        horizon = self._scenario.horizon_seconds
        moments, places = [np.empty(0)], [np.empty(0, np.int64)]
        for place, contact in enumerate(self._scenario.contacts):
            if contact.arrivals is not None:
                drawn = contact.arrivals.draw(self._stream(contact.name, "arrivals"), run=self._run, horizon_seconds=horizon)
                moments.append(drawn)
                places.append(np.full(len(drawn), place, np.int64))
        if len(moments) == 2:
            return moments[1], places[1]
        together = np.concatenate(moments)
        order = np.argsort(together, kind="stable")
        return together[order], np.concatenate(places)[order]

    def _targets(self, contacts: Ints, *, hop: int) -> Ints:
        """Where each contact goes on to; -1 for nowhere."""
        targets = np.full(len(contacts), -1, np.int64)
        for place, contact in enumerate(self._scenario.contacts):
            if contact.transfers:
                mine = np.flatnonzero(contacts == place)
                edges = np.cumsum([transfer.share for transfer in contact.transfers])
                goes = np.array([self._place[transfer.to] for transfer in contact.transfers] + [-1], np.int64)
                chance = self._stream(contact.name, f"transfer {hop}").random(len(mine))
                targets[mine] = goes[np.searchsorted(edges, chance, side="right")]
        return targets

    def _with_times(self, contacts: Ints, moments: Seconds, transfer: Ints, arriving: int, filler_from: int) -> Customers:
        count = len(contacts)
        handling, wrap_up, unhurried = np.zeros(count), np.zeros(count), np.zeros(count)
        patience = np.full(count, np.inf)
        kind = self._plan.first_kind[contacts, 0]
        for place, contact in enumerate(self._scenario.contacts):
            mine = slice(None) if len(self._scenario.contacts) == 1 and filler_from == count else contacts == place
            number = count if isinstance(mine, slice) else int(np.count_nonzero(mine))
            handling[mine] = contact.handling.draw(self._stream(contact.name, "handling"), count=number)
            wrap_up[mine] = contact.wrap_up.draw(self._stream(contact.name, "wrap-up"), count=number)
            unhurried[mine] = contact.unhurried.draw(self._stream(contact.name, "unhurried"), count=number)
            patience[mine] = contact.patience.draw(self._stream(contact.name, "patience"), count=number)
            if contact.call_back is not None:
                accepts = self._stream(contact.name, "call back").random(number) < contact.call_back.share
                kind[mine] = self._plan.first_kind[place][accepts.astype(np.int64)]
        if self._scenario.filler is not None:
            stream = self._stream(self._scenario.filler.name, "filler")
            handling[filler_from:] = self._scenario.filler.handling.draw(stream, count=count - filler_from)
        return Customers(moments, kind, handling, wrap_up, unhurried, patience, transfer, arriving, filler_from)

    def _filler_count(self) -> int:
        """More pieces of filler work than can be done."""
        filler = self._scenario.filler
        if filler is None:
            return 0
        sample = filler.handling.draw(np.random.default_rng(0), count=1000)
        duty = sum(
            min(end, self._scenario.horizon_seconds) - min(begin, self._scenario.horizon_seconds)
            for person in self._plan.people
            for begin, end in person.spans
        )
        return int(1.3 * duty / max(float(sample.mean()), 1e-3)) + 100

    def _stream(self, name: str, purpose: str) -> np.random.Generator:
        key = (self._seed, self._run, crc32(name.encode()), crc32(purpose.encode()))
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(key)))
