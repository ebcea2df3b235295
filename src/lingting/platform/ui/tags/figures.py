"""Figures and charts: a number with all it needs to be believed, a drawing with its table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import json_script
from django.utils.safestring import SafeString

from lingting.platform.ui.tags import register
from lingting.platform.ui.tags.containers import part
from lingting.platform.ui.tags.marks import state_kind

FIGURE_PARTS = (
    "name",
    "value",
    "unit",
    "variant",
    "sample",
    "period",
    "target",
    "trend",
    "trend_good",
    "state",
    "state_text",
    "url",
    "note",
)


@register.simple_tag
def figure(source: Any = None, **given: Any) -> SafeString:
    """`{% figure answer_speed url=… %}` or `{% figure name="…" value="…" unit="…" … %}`: a figure card.

    `source` is an object or mapping; keyword arguments go before it. Parts, all text and all
    optional but name and value: name, value, unit, variant, sample, period, target,
    trend ("+3.1 %"), trend_good (True, False or None for neither), state (ready, warning,
    breach), state_text, url (what it counts), note.
    """
    values = {name: given.get(name, _read(source, name)) for name in FIGURE_PARTS}
    values["kind"] = state_kind(values["state"]) if values["state"] else ""
    return part("figure", **values)


def _read(source: Any, name: str) -> Any:
    if source is None:
        return None
    if isinstance(source, Mapping):
        return source.get(name)
    return getattr(source, name, None)


@register.simple_tag
def chart(id: str, data: Mapping[str, Any], label: str = "", *, height: int = 260) -> SafeString:
    """`{% chart "volume" data "每小时来量" height=260 %}`: a line or bar chart with its table.

    `data`: {"kind": "line"|"bar", "labels": [...], "series": [{"name", "values",
    "low"?, "high"?, "dashed"?, "state"?}], "unit": "", "target": {"value", "name"}?,
    "format": "number"|"percent"|"duration", "stacked"?, "horizontal"?}. `low` and `high` are
    the band of uncertainty. Shares are 0-1, durations seconds. None is a gap.
    """
    script = json_script(dict(data), f"{id}-data")
    return part("chart", id=id, script=script, label=label, height=height)
