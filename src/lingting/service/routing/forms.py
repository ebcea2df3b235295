"""Forms of the settings of queues."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.organisation.models import Skill, Team
from lingting.service.routing.models import AwayReason


class QueueForm(forms.Form):
    """A queue with its rule. Shares are entered in percent."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    key = forms.SlugField(label=_("Key"), max_length=40, help_text=_("Short and lasting; used in addresses and the API."))
    description_zh = forms.CharField(label=_("Chinese description"), max_length=200, required=False)
    description_en = forms.CharField(label=_("English description"), max_length=200, required=False)
    team = forms.ModelChoiceField(
        label=_("Owning team"), queryset=Team.objects.order_by("pk"), required=False,
        help_text=_("Its people see the queue's waiting cases."),
    )  # fmt: skip
    calendar = forms.ModelChoiceField(label=_("Opening hours"), queryset=Calendar.objects.order_by("pk"))
    target_seconds = forms.IntegerField(label=_("Answer within (seconds)"), min_value=1, max_value=86_400, initial=10)
    target_percent = forms.DecimalField(
        label=_("Share answered in time (%)"), min_value=Decimal(1), max_value=Decimal(100), decimal_places=1, initial=90
    )
    response_hours = forms.IntegerField(label=_("Written answer within (hours)"), min_value=1, max_value=720, initial=24)
    priority = forms.IntegerField(
        label=_("Priority points"), min_value=0, max_value=60, initial=0,
        help_text=_("One point lets its work go ahead of work that came up to a minute earlier."),
    )  # fmt: skip
    offer_seconds = forms.IntegerField(label=_("Time to accept an offer (seconds)"), min_value=5, max_value=300, initial=20)
    wrap_up_seconds = forms.IntegerField(label=_("Wrap-up (seconds)"), min_value=0, max_value=3600, initial=30)
    last_agent_days = forms.IntegerField(
        label=_("Prefer the last agent for (days)"), min_value=0, max_value=365, initial=7, help_text=_("0: never")
    )
    last_agent_seconds = forms.IntegerField(
        label=_("Keep for the last agent (seconds)"), min_value=0, max_value=600, initial=10,
        help_text=_("After that anybody suitable may take it."),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class QueueSkillForm(forms.Form):
    """A skill a queue asks for, and how the demand is relaxed."""

    skill = forms.ModelChoiceField(label=_("Skill"), queryset=Skill.objects.order_by("kind", "pk"))
    level = forms.IntegerField(label=_("Least level"), min_value=1, max_value=5, initial=3)
    relax_after_seconds = forms.IntegerField(
        label=_("Relax after (seconds)"), min_value=0, max_value=86_400, required=False
    )
    relax_to_level = forms.IntegerField(
        label=_("Relax to level"), min_value=0, max_value=4, initial=0, help_text=_("0: not needed")
    )

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if given.get("relax_after_seconds") is not None and (given.get("relax_to_level") or 0) >= (given.get("level") or 0):
            self.add_error("relax_to_level", _("Relax to a level below the one asked for."))
        return given


class QueueMemberForm(forms.Form):
    """Who serves a queue; 1 is their own queue, more is a back-up."""

    account = forms.ModelChoiceField(label=_("Person"), queryset=Account.objects.filter(is_active=True).order_by("login"))
    order = forms.IntegerField(
        label=_("Order"), min_value=1, max_value=7, initial=1, help_text=_("1: their own queue; more: back-up")
    )


class ReasonForm(forms.ModelForm):
    """A reason for being away."""

    class Meta:
        model = AwayReason
        fields = ("name_zh", "name_en", "key", "is_paid_work", "order")
        labels = {"key": _("Key"), "order": _("Order")}
