"""An amount of open time as people write it: "24 h", "1 小时 30 分"."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

MOST_MINUTES = 5_000_000
SPAN_WORDS: dict[str, Promise] = {
    "hours": pgettext_lazy("duration", "%(hours)s h %(minutes)s min"),
    "whole_hours": pgettext_lazy("duration", "%(hours)s h"),
    "minutes": pgettext_lazy("duration", "%(minutes)s min"),
}
"""For `span_words`, and for scripts that write the same."""
_NUMBER = r"\d{1,7}(?:[.,]\d{1,2})?"
_HOURS = r"(?:hours?|hrs?|h|个?小时|个?钟头|时)"
_MINUTES = r"(?:minutes?|mins?|m|分钟|分)"
_SPAN = re.compile(rf"(?:(?P<hours>{_NUMBER})\s*{_HOURS})?\s*(?:(?P<minutes>{_NUMBER})\s*{_MINUTES})?")
_BARE = re.compile(_NUMBER)
_DAYS = re.compile(rf"{_NUMBER}\s*(?:days?|d|weeks?|w|天|日|周|个?星期)")


class SpanField(forms.CharField):
    """Hours and minutes in words; minutes as they are kept.

    A number alone is asked about, because it could be either. So are days, because a day of open time is as long
    as the opening hours make it. Values that are minutes already are shown as `span_words` writes them.
    """

    def __init__(self, **more: Any) -> None:
        more.setdefault("help_text", gettext_lazy("For example 24 h, 1 h 30 min or 45 min."))
        super().__init__(max_length=40, **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return minutes_of(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return span_words(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def span_words(minutes: int) -> str:
    """Minutes as the field shows them and reads them again: "4 h", "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    form = "minutes" if not hours else "hours" if rest else "whole_hours"
    return str(SPAN_WORDS[form]) % {"hours": hours, "minutes": rest}


def minutes_of(text: str) -> int:
    """The minutes that a text of hours and minutes says. Raises a validation error that tells how to write it."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if _BARE.fullmatch(plain):
        raise forms.ValidationError(_("Hours or minutes? Write %(number)s h or %(number)s min.") % {"number": plain})
    if _DAYS.fullmatch(plain):
        raise forms.ValidationError(_("Write it in hours: only open hours count, so a day is as long as the opening hours."))
    span = _SPAN.fullmatch(plain)
    if span is None or not plain:
        raise forms.ValidationError(_("Write hours and minutes, for example 24 h, 1 h 30 min or 45 min."))
    minutes = round(_amount(span["hours"]) * 60 + _amount(span["minutes"]))
    if not 1 <= minutes <= MOST_MINUTES:
        raise forms.ValidationError(_("The shortest limit is 1 min, the longest %(most)s.") % {"most": span_words(MOST_MINUTES)})
    return minutes


def _amount(number: str | None) -> Decimal:
    return Decimal((number or "0").replace(",", "."))
