"""Forms of work orders: a department's settings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.calendars.models import Calendar


class DepartmentForm(forms.Form):
    """Who answers, in which hours, within how long, and what customers read meanwhile."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    hours = forms.DecimalField(
        label=_("Answers within (h)"), min_value=0.1, max_value=2000, max_digits=6, decimal_places=2, initial=8
    )
    calendar = forms.ModelChoiceField(
        Calendar.objects.all(), label=_("Counts in the hours of"), required=False, empty_label=_("Round the clock")
    )
    mail = forms.EmailField(
        label=_("Mail address"), required=False, help_text=_("Gets a letter with a link for each work order; no account needed.")
    )
    members = forms.ModelMultipleChoiceField(
        Account.objects.filter(is_active=True).order_by("display_name", "id"), label=_("Members"), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("See its work orders when they sign in."),
    )  # fmt: skip
    public_zh = forms.CharField(
        label=_("What customers read, Chinese"), max_length=120, required=False,
        help_text=_("While a work order is open, for example: we are checking with logistics."),
    )  # fmt: skip
    public_en = forms.CharField(label=_("What customers read, English"), max_length=120, required=False)
    order = forms.IntegerField(label=_("Order"), min_value=0, max_value=30_000, initial=100)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
