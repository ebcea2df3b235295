"""Figures as people read them: value, unit, variant, sample, target, state."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.metrics.measurements import Measurement
from lingting.kernel.metrics.registry import Unit

FEW = 5


def value_text(value: float | None, unit: Unit) -> str:
    """Shares as 93.2 %, seconds as 0:17 or 1:02:05, scores with two decimals; a dash for nothing."""
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return f"{value * 100:.1f} %"
    if unit is Unit.SECONDS:
        return seconds_text(value)
    if unit is Unit.SCORE:
        return f"{value:.2f}"
    return f"{round(value):,}"


def seconds_text(seconds: float) -> str:
    """00:17, 12:05, 1:02:05."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes:02d}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def target_text(measurement: Measurement) -> str:
    """≥ 90 % or ≤ 00:10; empty without a target."""
    if measurement.target is None or not measurement.metric.better:
        return ""
    sign = "≥" if measurement.metric.better == "up" else "≤"
    return f"{sign} {value_text(measurement.target, measurement.metric.unit)}"


def as_figure(measurement: Measurement, *, period: str = "", url: str = "") -> dict[str, Any]:
    """What the figure card of the interface shows; a figure on fewer than five facts has no state."""
    met = measurement.is_met if measurement.sample >= FEW else None
    state = {True: "ready", False: "breach", None: ""}[met]
    return {
        "name": str(measurement.metric.label),
        "value": value_text(measurement.value, measurement.metric.unit),
        "variant": str(measurement.variant.label),
        "sample": f"{measurement.sample:,}" if measurement.metric.unit is not Unit.COUNT else "",
        "period": period,
        "target": target_text(measurement),
        "state": state,
        "state_text": {"ready": _("met"), "breach": _("missed"), "": ""}[state],
        "url": url,
    }
