"""Every figure of the house, defined once: what it is called, how it is computed, from which counts.

A metric is a formula over counters; counters come from sources that the apps with the facts register.
Nobody else computes a share: the wallboard, reports, alerts and performance ask `selectors.measure`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise

Text = str | Promise
Counters = Mapping[str, float]
Formula = Callable[[Counters], float | None]


class Unit(StrEnum):
    """How a value is shown: shares as percent, seconds as m:ss, scores out of five."""

    SHARE = "share"
    SECONDS = "seconds"
    COUNT = "count"
    SCORE = "score"


class GroupBy(StrEnum):
    """What a figure is broken down by. Hours and days are local to the asked time zone."""

    NOTHING = "nothing"
    QUEUE = "queue"
    AGENT = "agent"
    HOUR = "hour"
    DAY = "day"
    WEEKDAY = "weekday"


@dataclass(frozen=True)
class Period:
    """Half open, aware: from `start_at` up to `end_at`."""

    start_at: datetime
    end_at: datetime
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class Scope:
    """Which facts count: of these queues, of these people (None: all)."""

    queue_ids: Collection[int] | None = None
    account_ids: Collection[int] | None = None


class CounterSource(Protocol):
    """Counts facts. `counters` names what it counts, `groups` by what it can break down."""

    counters: frozenset[str]
    groups: frozenset[GroupBy]

    def count(self, period: Period, *, group_by: GroupBy, scope: Scope, now: datetime) -> dict[object, dict[str, float]]:
        """Counter values by group key: queue id, account id, hour 0-23, `date`, weekday 0-6; None for no grouping."""
        ...


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One of the trade's ways to compute a figure; `label` says which, in words."""

    key: str
    label: Text
    formula: Formula


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A figure. `sample` is the counter that says on how many facts it rests; `better` is up, down or "".

    `target` is the default (share, seconds or score); queues may have their own. `source` cites the definition.
    """

    key: str
    label: Text
    unit: Unit
    sample: str
    variants: tuple[Variant, ...]
    better: str = ""
    target: float | None = None
    description: Text = ""
    source: str = ""
    needs: frozenset[str] = field(default=frozenset())

    def variant(self, key: str = "") -> Variant:
        """The named variant, the first one by default. Raises KeyError."""
        if not key:
            return self.variants[0]
        for variant in self.variants:
            if variant.key == key:
                return variant
        raise KeyError(f"{self.key} has no variant {key}")


_metrics: dict[str, Metric] = {}
_sources: dict[str, CounterSource] = {}


def register_metric(metric: Metric) -> Metric:
    _metrics[metric.key] = metric
    return metric


def register_source(name: str, source: CounterSource) -> None:
    """Makes an app's facts countable; registering a name again replaces it."""
    _sources[name] = source


def metric(key: str) -> Metric:
    """The definition of a figure. Raises KeyError."""
    return _metrics[key]


def metrics() -> list[Metric]:
    return list(_metrics.values())


def sources_of(counters: Collection[str]) -> list[CounterSource]:
    """The sources that together count these."""
    return [source for source in _sources.values() if source.counters & set(counters)]
