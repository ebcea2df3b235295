"""How a promise reads: words and marks of a standing, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from lingting.kernel.clocks.selectors import Standing
from lingting.platform.ui.spans import SPAN_WORDS, span_words

LOOKS: dict[str, tuple[str, str]] = {
    "running": ("idle", "clock"),
    "warning": ("warning", "clock-exclamation"),
    "breached": ("breach", "clock-x"),
    "paused": ("idle", "clock-pause"),
    "kept": ("ready", "clock-check"),
    "missed": ("breach", "clock-x"),
    "cancelled": ("idle", "circle-x"),
}
"""State colour and icon of each look."""

WORDS: dict[str, str | Promise] = {
    "left": gettext_lazy("%(time)s left"),
    "over": gettext_lazy("%(time)s overdue"),
    **SPAN_WORDS,
    "moment": pgettext_lazy("duration", "under 1 min"),
}
"""What the script of the page needs to go on counting."""

HAPPENINGS: dict[str, tuple[str | Promise, str]] = {
    "started": (pgettext_lazy("clock", "Started"), "player-play"),
    "paused": (pgettext_lazy("clock", "Paused"), "player-pause"),
    "resumed": (pgettext_lazy("clock", "Went on"), "player-play"),
    "retargeted": (pgettext_lazy("clock", "Promise changed"), "target-arrow"),
    "breached": (pgettext_lazy("clock", "Not kept in time"), "clock-x"),
    "explained": (pgettext_lazy("clock", "Reason given"), "message"),
    "kept": (pgettext_lazy("clock", "Kept"), "clock-check"),
    "missed": (pgettext_lazy("clock", "Done too late"), "clock-x"),
    "cancelled": (pgettext_lazy("clock", "Cancelled"), "circle-x"),
}


def span_text(seconds: float) -> str:
    """An amount of open time in hours and minutes; the script writes the same."""
    minutes = int(abs(seconds)) // 60
    return span_words(minutes) if minutes else str(WORDS["moment"])


def chip_text(standing: Standing) -> str:
    """What the chip says: remaining or overdue open time, or how it ended."""
    if standing.look == "paused":
        return pgettext("clock", "Paused: %(reason)s") % {"reason": standing.pause_reason}
    if standing.look in ("kept", "missed", "cancelled"):
        return str(HAPPENINGS[standing.look][0])
    if standing.left_seconds is None:
        return _("no due moment")
    is_over = standing.look == "breached"
    return str(WORDS["over" if is_over else "left"]) % {"time": span_text(standing.left_seconds)}


def tooltip(standing: Standing, *, due_text: str) -> str:
    """Kind, due moment and the hours it counts."""
    parts = [standing.kind_name]
    if standing.look == "paused" and standing.left_seconds is not None:
        word = WORDS["over" if standing.left_seconds < 0 else "left"]
        parts.append(str(word) % {"time": span_text(standing.left_seconds)})
    elif due_text:
        parts.append(_("due %(moment)s") % {"moment": due_text})
    parts.append(standing.calendar_name)
    return " · ".join(parts)
