"""What people type into the pages of promises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lingting.kernel.calendars.models import Calendar
from lingting.platform.ui.spans import SpanField


class KindForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80, required=False)
    target_minutes = SpanField(label=gettext_lazy("Time limit"))
    calendar = forms.ModelChoiceField(
        Calendar.objects.order_by("id"), label=gettext_lazy("Counts the hours of"), required=False,
        empty_label=gettext_lazy("Round the clock"),
    )  # fmt: skip
    warnings = forms.CharField(
        label=gettext_lazy("Warn when so much has passed (%)"), max_length=40, required=False,
        help_text=gettext_lazy("Per cent of the limit, e.g. 50, 80. The last one turns the clock amber."),
    )  # fmt: skip

    def clean_warnings(self) -> list[Decimal]:
        """Per cents as shares."""
        text = str(self.cleaned_data["warnings"]).replace("，", ",").replace("%", "")
        try:
            shares = [Decimal(part.strip()) / 100 for part in text.split(",") if part.strip()]
        except ArithmeticError as error:
            raise forms.ValidationError(_("Write per cents with commas between, e.g. 50, 80.")) from error
        if not all(0 < share < 1 for share in shares):
            raise forms.ValidationError(_("Each has to lie between 0 and 100."))
        return shares


class ReasonForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80, required=False)
    is_active = forms.BooleanField(label=gettext_lazy("Offered when a breach is explained"), required=False, initial=True)


def per_cents(shares: list[Any]) -> str:
    """Shares as the form shows them: 0.5, 0.8 as `50, 80`."""
    return ", ".join(f"{Decimal(share) * 100:f}".rstrip("0").rstrip(".") for share in shares)
