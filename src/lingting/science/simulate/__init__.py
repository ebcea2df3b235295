"""The centre, event by event, under the very routing rule that runs live: what a plan would do, with honest
intervals.
"""

from lingting.science.match import Policy, Relaxation
from lingting.science.simulate.arrivals import Arrivals, CountedArrivals, PoissonArrivals, RecordedArrivals
from lingting.science.simulate.compiled import NotCompiledError
from lingting.science.simulate.durations import (
    NEVER_GIVES_UP,
    Constant,
    Duration,
    Exponential,
    Gamma,
    LogNormal,
    Observed,
    ScenarioError,
    Survival,
    fit_patience,
)
from lingting.science.simulate.results import ContactLog, Estimate, Figure, Simulation
from lingting.science.simulate.scenario import CallBack, Contact, Filler, Person, Scenario, Transfer, team
from lingting.science.simulate.simulation import simulate

__all__ = [
    "NEVER_GIVES_UP",
    "Arrivals",
    "CallBack",
    "Constant",
    "Contact",
    "ContactLog",
    "CountedArrivals",
    "Duration",
    "Estimate",
    "Exponential",
    "Figure",
    "Filler",
    "Gamma",
    "LogNormal",
    "NotCompiledError",
    "Observed",
    "Person",
    "PoissonArrivals",
    "Policy",
    "RecordedArrivals",
    "Relaxation",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "Survival",
    "Transfer",
    "fit_patience",
    "simulate",
    "team",
]
