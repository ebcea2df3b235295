"""Measuring: the one way to a figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lingting.kernel.metrics.measurements import Measurement
from lingting.kernel.metrics.presenting import as_figure, seconds_text, target_text, value_text
from lingting.kernel.metrics.registry import GroupBy, Metric, Period, Scope, metric, sources_of

__all__ = ["Measurement", "Row", "as_figure", "measure", "seconds_text", "target_text", "value_text"]

_EVERYTHING = Scope()


@dataclass(frozen=True)
class Row:
    """The figures of one group: a queue id, account id, hour, date or weekday; None for everything together."""

    key: object
    figures: dict[str, Measurement]


def measure(
    keys: Sequence[str],
    period: Period,
    *,
    now: datetime,
    group_by: GroupBy = GroupBy.NOTHING,
    scope: Scope = _EVERYTHING,
    variants: dict[str, str] | None = None,
) -> list[Row]:
    """Figures of a period, by group, groups in order; one query for each source that is needed.

    `variants` names the variant of a figure where it is not the first one. Without grouping there is always
    exactly one row. Raises KeyError for an unknown figure or variant.
    """
    definitions = [metric(key) for key in keys]
    counted: dict[object, dict[str, float]] = {None: {}} if group_by is GroupBy.NOTHING else {}
    for source in sources_of({name for definition in definitions for name in definition.needs}):
        if group_by is not GroupBy.NOTHING and group_by not in source.groups:
            continue
        for key, counters in source.count(period, group_by=group_by, scope=scope, now=now).items():
            counted.setdefault(key, {}).update(counters)
    return [Row(key, _figures(definitions, counted[key], variants or {})) for key in _in_order(counted)]


def _figures(definitions: Iterable[Metric], counters: dict[str, float], variants: dict[str, str]) -> dict[str, Measurement]:
    found = {}
    for definition in definitions:
        variant = definition.variant(variants.get(definition.key, ""))
        found[definition.key] = Measurement(
            definition, variant, variant.formula(counters), int(counters.get(definition.sample, 0)), definition.target
        )
    return found


def _in_order(counted: dict[object, dict[str, float]]) -> list[object]:
    return sorted(counted, key=lambda key: (key is None, key))  # type: ignore[type-var]
