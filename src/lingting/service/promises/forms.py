"""The form of a policy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lingting.kernel.calendars.models import Calendar
from lingting.service.crm.models import Tier
from lingting.service.desk.models import CaseType, Priority, Queue
from lingting.service.desk.selectors import channel_choices


class HoursField(forms.DecimalField):
    """Hours as people write them (24, 0.5), minutes as they are kept."""

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=0, max_digits=7, decimal_places=2, required=False, **more)

    def clean(self, value: Any) -> int | None:
        hours = super().clean(value)
        return round(hours * 60) if hours else None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{value / 60:g}"
        return value


class PolicyForm(forms.Form):
    """What is promised, and about which cases."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    order = forms.IntegerField(
        label=_("Order"),
        min_value=0,
        max_value=30_000,
        initial=100,
        help_text=_("The first policy, from the top, that fits a case holds for it."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    types = forms.ModelMultipleChoiceField(
        CaseType.objects.all(), label=_("Case types"), required=False, widget=forms.CheckboxSelectMultiple
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"), choices=channel_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    tiers = forms.ModelMultipleChoiceField(
        Tier.objects.all(), label=_("Customer tiers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    queues = forms.ModelMultipleChoiceField(
        Queue.objects.all(), label=_("Queues"), required=False, widget=forms.CheckboxSelectMultiple
    )
    priorities = forms.TypedMultipleChoiceField(
        label=_("Priorities"), choices=Priority.choices, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    first_answer_minutes = HoursField(label=_("First answer within (h)"))
    next_answer_minutes = HoursField(label=_("Every further answer within (h)"))
    resolution_minutes = HoursField(label=_("Resolved within (h)"))
    calendar = forms.ModelChoiceField(
        Calendar.objects.all(), label=_("Counts in the hours of"), required=False, empty_label=_("Round the clock")
    )
    pauses_while_waiting = forms.BooleanField(
        label=_("The resolution stands still while the customer is asked"), required=False, initial=True
    )
