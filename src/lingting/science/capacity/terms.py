"""What hiring takes and costs: lead time, classes, training, pay; groups of people and the places they sit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from lingting.science.capacity.errors import CapacityError, Figures, checked_figures
from lingting.science.capacity.leaving import Leaving
from lingting.science.capacity.ramp import Ramp

WEEKS_A_MONTH = 365.25 / 12 / 7


@dataclass(frozen=True)
class LeadTime:
    """Weeks from requisition to the first day, as a distribution: `weeks` rising, each with its chance."""

    weeks: tuple[float, ...]
    chances: tuple[float, ...]

    def __post_init__(self) -> None:
        weeks = checked_figures("weeks", values=self.weeks)
        chances = checked_figures("chances", values=self.chances, most=1.0)
        if weeks.shape != chances.shape or weeks.size == 0 or (np.diff(weeks) <= 0).any():
            raise CapacityError("A lead time needs rising weeks, each with its chance.")
        if abs(chances.sum() - 1.0) > 1e-6:
            raise CapacityError(f"The chances of the lead time sum to {chances.sum():g}, not to 1.")

    @classmethod
    def observed(cls, weeks: Sequence[float]) -> LeadTime:
        """From the lead times of past hires, each equally likely."""
        seen, counts = np.unique(checked_figures("weeks", values=weeks), return_counts=True)
        if not seen.size:
            raise CapacityError("Give at least one lead time.")
        return cls(tuple(seen.tolist()), tuple((counts / counts.sum()).tolist()))

    def late_share(self, weeks: float) -> float:
        """P(longer than `weeks`)."""
        return float(sum(chance for week, chance in zip(self.weeks, self.chances, strict=True) if week > weeks + 1e-9))

    def within(self, share: float) -> float:
        """Least weeks that suffice with probability `share`."""
        reached = np.cumsum(self.chances) >= share - 1e-9
        return float(self.weeks[int(np.argmax(reached))] if reached.any() else self.weeks[-1])

    def delays(self, weeks: float) -> Figures:
        """Chances that a class for which `weeks` are left starts 0, 1, 2, … months late."""
        late = np.ceil(np.maximum(0.0, np.asarray(self.weeks) - weeks - 1e-9) / WEEKS_A_MONTH).astype(np.int64)
        return np.asarray(np.bincount(late, weights=self.chances), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Hiring:
    """How people come in.

    class_size:        fewest and most people of a class. most_classes: that may start in one month.
    training_weeks:    until newcomers take contacts. washout: share (0-1) who leave at the end of training.
    mentor_share:      share of an experienced person's time that each newcomer takes in his first
                       `mentor_months` after training.
    most_late_share:   accepted P(a class starts late); fixes how early the requisition is raised.
    ramp, leaving:     see there; tenure counts from the first day of training.
    """

    lead: LeadTime = LeadTime((4.0, 6.0, 8.0, 10.0), (0.25, 0.4, 0.25, 0.1))
    class_size: tuple[int, int] = (6, 16)
    most_classes: int = 2
    training_weeks: float = 6.0
    washout: float = 0.0
    mentor_share: float = 0.1
    mentor_months: int = 2
    most_late_share: float = 0.1
    ramp: Ramp = field(default_factory=Ramp)
    leaving: Leaving = field(default_factory=lambda: Leaving.yearly(0.3))

    def __post_init__(self) -> None:
        for name in ("washout", "mentor_share", "most_late_share"):
            checked_figures(name, values=getattr(self, name), most=1.0)
        checked_figures("training_weeks", values=self.training_weeks)
        if not 1 <= self.class_size[0] <= self.class_size[1] or self.most_classes < 0 or self.mentor_months < 0:
            raise CapacityError("class_size needs 1 <= fewest <= most; most_classes and mentor_months 0 or more.")

    @property
    def training_months(self) -> float:
        """Length of training in months."""
        return self.training_weeks / WEEKS_A_MONTH

    @property
    def room_months(self) -> int:
        """Calendar months in which a class needs its training room."""
        return int(np.ceil(self.training_months - 1e-9))

    def worth(self, months: int) -> Figures:
        """Productive people one person is in each month of tenure, [months]: ramp less mentors' lost time."""
        productive = self.ramp.by_month(months, training_months=self.training_months)
        first = self.room_months
        productive[first : first + self.mentor_months] -= self.mentor_share
        return productive

    def chance_to_leave(self, months: int) -> Figures:
        """In each month of tenure, washout at the end of training included, [months]."""
        chances = self.leaving.by_month(months)
        last = max(0, self.room_months - 1)
        if last < months:
            chances[last] = 1.0 - (1.0 - chances[last]) * (1.0 - self.washout)
        return chances


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What people cost and contacts earn, in one currency; all but `hire`, `class_` and `equipment` a month.

    pay: per person on the payroll, training included. hire: recruiting and training material of one person.
    class_: trainer and room of one class. seat: rent of one seat. equipment: once, for each seat above those
    there are. revenue: per contact answered; contacts beyond what the people can serve count as lost.
    """

    pay: float = 1.0
    hire: float = 0.0
    class_: float = 0.0
    seat: float = 0.0
    equipment: float = 0.0
    revenue: float = 0.0

    def __post_init__(self) -> None:
        for name in ("pay", "hire", "class_", "seat", "equipment", "revenue"):
            checked_figures(name, values=getattr(self, name))


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place of work: `seats` at most (None: as many as wanted), `rooms` for classes at the same time.

    people_a_seat: people on the payroll who share a seat by working at different hours.
    """

    name: str
    seats: int | None = None
    rooms: int | None = None
    people_a_seat: float = 1.3

    def __post_init__(self) -> None:
        checked_figures(f"people_a_seat of {self.name}", values=self.people_a_seat, least=1.0)


@dataclass(frozen=True, kw_only=True)
class Group:
    """People of one skill at one site, and what is asked of them.

    required:  productive people by month on equally likely paths, [paths, months] (see `Workload.people`).
    contacts:  contacts behind it, same shape; only for revenue.
    tenures:   months of tenure of everybody there today. hiring, prices: see there.
    """

    name: str
    required: ArrayLike
    site: str = "site"
    tenures: Sequence[float] = ()
    contacts: ArrayLike | None = None
    hiring: Hiring = field(default_factory=Hiring)
    prices: Prices = field(default_factory=Prices)

    def __post_init__(self) -> None:
        required = checked_figures(f"required of {self.name}", values=self.required)
        if required.ndim != 2 or 0 in required.shape:
            raise CapacityError(f"required of {self.name} must be of shape [paths, months], not {required.shape}.")
        object.__setattr__(self, "required", required)
        checked_figures(f"tenures of {self.name}", values=np.asarray(self.tenures, dtype=np.float64))
        if self.contacts is not None:
            contacts = checked_figures(f"contacts of {self.name}", values=self.contacts)
            if contacts.shape != required.shape:
                raise CapacityError(f"contacts of {self.name} must have the shape of required, {required.shape}.")
            object.__setattr__(self, "contacts", contacts)

    @property
    def paths(self) -> Figures:
        """`required` as an array, [paths, months]."""
        return np.asarray(self.required)
