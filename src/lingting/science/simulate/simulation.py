"""`simulate`: runs of a scenario, and what they add up to."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lingting.science.simulate.arrays import Customers, Log
from lingting.science.simulate.compiled import Run, best_run, compiled_run, plain_run
from lingting.science.simulate.draws import draw_customers
from lingting.science.simulate.durations import ScenarioError
from lingting.science.simulate.plan import Plan, plan_of
from lingting.science.simulate.results import ContactLog, Figures, Simulation
from lingting.science.simulate.scenario import Scenario

Engine = Literal["auto", "compiled", "plain"]


def simulate(
    scenario: Scenario,
    *,
    seed: int,
    runs: int = 20,
    answer_within: tuple[float, ...] = (20.0,),
    engine: Engine = "auto",
    keep_logs: bool = False,
) -> Simulation:
    """Play a scenario `runs` times, independently, and count.

    seed: the same seed gives the same result, whatever the engine; and the same customers for another plan
        of the same contacts.
    answer_within: thresholds in seconds for the service level. engine: "auto" compiles with numba where that
        pays; the result is the same.
    Raises ScenarioError; NotCompiledError if "compiled" is asked for without numba.
    """
    if runs < 1 or not answer_within or seed < 0:
        raise ScenarioError("simulate needs one or more runs, one or more thresholds and a seed of 0 or more.")
    if engine == "compiled":
        compiled_run()
    plan = plan_of(scenario)
    tallies = [_one_run(scenario, plan, engine, seed, run, answer_within, keep_logs) for run in range(runs)]
    filler = (scenario.filler,) if scenario.filler else ()
    return Simulation(
        contacts=tuple(contact.name for contact in (*scenario.contacts, *filler)),
        queues=tuple(contact.queue for contact in (*scenario.contacts, *filler)),
        agents=tuple(person.id for person in plan.people),
        interval_seconds=scenario.interval_seconds,
        within_seconds=tuple(answer_within),
        sums={name: np.stack([tally.sums[name] for tally in tallies]) for name in tallies[0].sums},
        agent_sums={name: np.stack([tally.agent_sums[name] for tally in tallies]) for name in tallies[0].agent_sums},
        answered_in=np.stack([tally.answered_in for tally in tallies], axis=1),
        abandoned_in=np.stack([tally.abandoned_in for tally in tallies], axis=1),
        busy_seconds=np.stack([tally.busy for tally in tallies]),
        duty_seconds=np.stack([tally.on_duty for tally in tallies]),
        logs=tuple(tally.log for tally in tallies if tally.log is not None),
    )


def _one_run(
    scenario: Scenario, plan: Plan, engine: Engine, seed: int, run: int, within: tuple[float, ...], keep_log: bool
) -> "_Tally":
    customers = draw_customers(scenario, plan=plan, seed=seed, run=run)
    count = len(customers.kind)
    intervals = int(np.ceil(scenario.horizon_seconds / scenario.interval_seconds))
    log = Log(
        answered_at=np.full(count, np.nan),
        gave_up_at=np.full(count, np.nan),
        ended_at=np.full(count, np.nan),
        wrapped_at=np.full(count, np.nan),
        agent=np.full(count, -1, np.int64),
        kind=np.full(count, -1, np.int64),
        busy=np.zeros((len(plan.people), intervals)),
        on_duty=np.zeros((len(plan.people), intervals)),
    )
    _player(engine, contacts=count)(plan.centre, customers, log, plan.fresh_state(contacts=count))
    return _Tally(scenario, plan, customers, log, within=within, keep_log=keep_log)


def _player(engine: Engine, *, contacts: int) -> Run:
    if engine == "auto":
        return best_run(contacts=contacts)
    return compiled_run() if engine == "compiled" else plain_run()


class _Tally:
    """The counts of one run: [contacts, intervals] by the interval of arrival."""

    def __init__(
        self,
        scenario: Scenario,
        plan: Plan,
        customers: Customers,
        log: Log,
        *,
        within: tuple[float, ...],
        keep_log: bool,
    ) -> None:
        self.busy, self.on_duty = log.busy, log.on_duty
        self._shape = (len(scenario.contacts) + (scenario.filler is not None), log.busy.shape[1])
        contact = plan.contact_of[customers.kind]
        interval = np.nan_to_num(customers.arrive_at / scenario.interval_seconds, nan=0.0).astype(np.int64)
        self._cell = contact * self._shape[1] + np.minimum(interval, self._shape[1] - 1)
        answered = log.agent >= 0
        abandoned = ~np.isnan(log.gave_up_at)
        waited = np.where(answered, log.answered_at, log.gave_up_at) - customers.arrive_at
        self.sums = self._sums(plan, customers, log, answered, abandoned, waited)
        self.agent_sums = self._agent_sums(log, interval, answered, waited)
        self.answered_in = np.stack([self._count(answered & (waited <= seconds)) for seconds in within])
        self.abandoned_in = np.stack([self._count(abandoned & (waited <= seconds)) for seconds in within])
        self.log = _kept(contact, customers, log) if keep_log else None

    def _sums(
        self,
        plan: Plan,
        customers: Customers,
        log: Log,
        answered: NDArray[np.bool_],
        abandoned: NDArray[np.bool_],
        waited: Figures,
    ) -> dict[str, Figures]:
        came = ~np.isnan(customers.arrive_at)
        called_back = answered & (plan.centre.is_patient[log.kind] != 0)
        called_back[customers.filler_from :] = False
        longest = np.zeros(self._shape[0] * self._shape[1])
        some = answered | abandoned
        np.maximum.at(longest, self._cell[some], waited[some])
        return {
            "offered": self._count(came),
            "answered": self._count(answered),
            "abandoned": self._count(abandoned),
            "called_back": self._count(called_back),
            "answered_wait": self._add(answered, waited),
            "abandoned_wait": self._add(abandoned, waited),
            "handling": self._add(answered, log.wrapped_at - log.answered_at),
            "longest_wait": longest.reshape(self._shape),
        }

    def _agent_sums(
        self, log: Log, interval: NDArray[np.int64], answered: NDArray[np.bool_], waited: Figures
    ) -> dict[str, Figures]:
        """[agents, intervals] by the interval of arrival."""
        shape = log.busy.shape
        cell = log.agent[answered] * shape[1] + np.minimum(interval[answered], shape[1] - 1)
        amounts = {
            "answered": np.ones(len(cell)),
            "answered_wait": waited[answered],
            "handling": (log.wrapped_at - log.answered_at)[answered],
        }
        size = shape[0] * shape[1]
        return {name: np.asarray(np.bincount(cell, values, size), np.float64).reshape(shape) for name, values in amounts.items()}

    def _count(self, which: NDArray[np.bool_]) -> Figures:
        size = self._shape[0] * self._shape[1]
        counted: Figures = np.bincount(self._cell[which], minlength=size).astype(np.float64)
        return counted.reshape(self._shape)

    def _add(self, which: NDArray[np.bool_], amounts: Figures) -> Figures:
        size = self._shape[0] * self._shape[1]
        summed: Figures = np.bincount(self._cell[which], weights=amounts[which], minlength=size).astype(np.float64)
        return summed.reshape(self._shape)


def _kept(contact: NDArray[np.int64], customers: Customers, log: Log) -> ContactLog:
    return ContactLog(contact, customers.arrive_at, log.answered_at, log.gave_up_at, log.ended_at, log.agent)
