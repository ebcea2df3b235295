"""A measured figure."""

from __future__ import annotations

from dataclasses import dataclass

from lingting.kernel.metrics.registry import Metric, Variant


@dataclass(frozen=True)
class Measurement:
    """A figure with what it rests on. `value` is None where there is nothing to divide by."""

    metric: Metric
    variant: Variant
    value: float | None
    sample: int
    target: float | None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without a value, target or direction."""
        if self.value is None or self.target is None or not self.metric.better:
            return None
        return self.value >= self.target if self.metric.better == "up" else self.value <= self.target
