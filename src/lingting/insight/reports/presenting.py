"""The report as figure cards, chart data, table cells and export rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lingting.insight.reports.questions import GROUPS
from lingting.insight.reports.selectors import FIGURES, Report
from lingting.kernel.metrics.registry import GroupBy, Unit, metric
from lingting.kernel.metrics.selectors import Measurement, as_figure, seconds_text, value_text

WRITTEN = ("written_level", "written_speed")


def _shown(report: Report) -> list[str]:
    """The figures on the screen: those of mail only where mail came, so that a centre without a mailbox sees no dashes."""
    return [key for key in FIGURES if key not in WRITTEN or report.whole[key].sample or report.before[key].sample]


def cards(report: Report) -> list[dict[str, Any]]:
    """The figures of the whole, each with its trend."""
    return [{**as_figure(report.whole[key]), **_trend(report.whole[key], report.before[key])} for key in _shown(report)]


def _trend(now: Measurement, before: Measurement) -> dict[str, Any]:
    """The change against the period before; nothing where there is nothing to compare or nothing changed as it is written."""
    if now.value is None or before.value is None or not before.sample:
        return {}
    change = now.value - before.value
    unit = now.metric.unit
    if unit is Unit.SHARE:
        if not round(change * 100, 1):
            return {}
        text = _("%(change)+.1f points") % {"change": change * 100}
    elif unit is Unit.SECONDS:
        if not round(change):
            return {}
        text = ("+" if change >= 0 else "-") + seconds_text(abs(change))
    elif before.value:
        if not round(change / before.value * 100):
            return {}
        text = f"{change / before.value * 100:+.0f} %"
    else:
        return {}
    good = None if not now.metric.better or abs(change) < 1e-9 else (change > 0) == (now.metric.better == "up")
    return {"trend": text.replace("-", "−"), "trend_good": good}


def charts(report: Report) -> list[dict[str, Any]]:
    """Volume and service level over the breakdown."""
    labels = [line.label for line in report.lines]
    over_time = report.question.group_by in (GroupBy.DAY, GroupBy.HOUR, GroupBy.WEEKDAY)
    height = 280 if over_time else max(280, 26 * len(labels) + 40)
    level = metric("service_level")
    variant = level.variant(report.question.variant)
    return [
        {
            "id": "volume", "height": height, "title": _("Contacts"),
            "data": {
                "kind": "bar", "labels": labels, "horizontal": not over_time, "format": "number",
                "series": [{"name": _("Contacts"), "values": [line.figures["offered"].value or 0 for line in report.lines]}],
            },
        },
        {
            "id": "level", "height": height, "title": f"{level.label} · {variant.label}",
            "data": {
                "kind": "line" if over_time else "bar", "labels": labels, "horizontal": not over_time, "format": "percent",
                "series": [{"name": str(level.label), "values": [line.figures["service_level"].value for line in report.lines]}],
                "target": {"value": level.target, "name": _("Target")},
            },
        },
    ]  # fmt: skip


def table(report: Report) -> dict[str, Any]:
    """Heads and cells; every share with what it rests on."""
    shown = _shown(report)
    return {
        "group": GROUPS[report.question.group_by],
        "heads": [{"label": metric(key).label, "key": key} for key in shown],
        "lines": [{"label": line.label, "cells": [_cell(line.figures[key]) for key in shown]} for line in report.lines],
        "whole": [_cell(report.whole[key]) for key in shown],
    }


def _cell(measurement: Measurement) -> dict[str, Any]:
    return {
        "label": measurement.metric.label,
        "text": value_text(measurement.value, measurement.metric.unit),
        "sample": f"{measurement.sample:,}" if measurement.metric.unit is not Unit.COUNT else None,
    }


def export_rows(report: Report) -> tuple[list[str], list[list[Any]]]:
    """Head and rows for CSV and XLSX: raw values (shares 0-1, seconds, whole counts), with the samples beside; days as ISO dates."""
    head = [str(GROUPS[report.question.group_by])]
    for key in FIGURES:
        definition = metric(key)
        head.append(str(definition.label) + {Unit.SHARE: " (0-1)", Unit.SECONDS: " (s)"}.get(definition.unit, ""))
        if definition.unit is not Unit.COUNT:
            head.append(f"{definition.label} n")
    rows = []
    named = [(line.key.isoformat() if isinstance(line.key, date) else line.label, line.figures) for line in report.lines]
    for label, figures in [*named, (_("Total"), report.whole)]:
        row: list[Any] = [label]
        for key in FIGURES:
            value = figures[key].value
            if figures[key].metric.unit is Unit.COUNT:
                row.append(None if value is None else round(value))
            else:
                row += [value, figures[key].sample]
        rows.append(row)
    return head, rows
