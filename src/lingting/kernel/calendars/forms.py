"""What people type into the pages of calendars."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lingting.kernel.calendars.models import DayTable

_USUAL = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Europe/London",
    "America/New_York",
    "UTC",
)


def _zones() -> list[tuple[str, str]]:
    rest = sorted(
        name for name in zoneinfo.available_timezones() if "/" in name and name not in _USUAL and not name.startswith("Etc/")
    )
    return [(name, name) for name in (*_USUAL, *rest)]


class CalendarForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80, required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=_zones,
        widget=forms.Select(attrs={"data-combobox": True}),
        initial="Asia/Shanghai",
    )
    always_open = forms.BooleanField(label=gettext_lazy("Round the clock, every day (7x24)"), required=False)
    days = forms.ModelChoiceField(
        DayTable.objects.order_by("id"), label=gettext_lazy("Special days"), required=False,
        empty_label=gettext_lazy("None: only weekdays count"),
        help_text=gettext_lazy("Holidays are closed; a made-up working day has the hours of Monday."),
    )  # fmt: skip
    holiday_hours = forms.BooleanField(label=gettext_lazy("Open on holidays, with the hours of Sunday"), required=False)


class SpecialHoursForm(forms.Form):
    date = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    opens = forms.CharField(
        label=gettext_lazy("Opens"), max_length=5, required=False, widget=forms.TextInput(attrs={"placeholder": "10:00"})
    )
    closes = forms.CharField(
        label=gettext_lazy("Closes"), max_length=5, required=False, widget=forms.TextInput(attrs={"placeholder": "16:00"})
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=120, required=False)


class YearForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Days of the year"), required=False, strip=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "cal-text"}),
    )  # fmt: skip
    source = forms.CharField(label=gettext_lazy("Source"), max_length=120, required=False)
    is_provisional = forms.BooleanField(
        label=gettext_lazy("Not announced yet"), required=False,
        help_text=gettext_lazy("Provisional days are marked wherever they are shown."),
    )  # fmt: skip


class NewYearForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2099)

    def __init__(self, *positions: Any, **names: Any) -> None:
        super().__init__(*positions, **names)
        self.fields["year"].error_messages["min_value"] = _("Between 2000 and 2099.")
        self.fields["year"].error_messages["max_value"] = _("Between 2000 and 2099.")
