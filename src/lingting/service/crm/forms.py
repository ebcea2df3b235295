"""Forms of customers and their settings. The domain checks; the forms show what it says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lingting.service.crm.models import CustomerTag, Tier

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]


class CustomerForm(forms.Form):
    """Who somebody is; a new one's first number and address too."""

    name = forms.CharField(label=_("Full name"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    email = forms.CharField(
        label=_("E-mail address"), max_length=190, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    tier = forms.ModelChoiceField(Tier.objects.none(), label=_("Tier"), required=False, empty_label=_("none"))
    tags = forms.CharField(label=_("Tags"), required=False, max_length=800, widget=forms.TextInput(attrs={"data-tags": ""}))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    company = forms.CharField(label=_("Company"), max_length=120, required=False)
    city = forms.CharField(label=_("City"), max_length=60, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    remarks = forms.CharField(
        label=_("Remarks"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3, "data-grow": ""}),
        help_text=_("What everyone who talks to this customer should see."),
    )  # fmt: skip
    external_id = forms.CharField(
        label=_("Id in your own system"), max_length=80, required=False, help_text=_("Chats and imports know the customer by it.")
    )

    def __init__(self, *args: Any, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tier"].queryset = Tier.objects.all()  # type: ignore[attr-defined]
        names = (tag.name for tag in CustomerTag.objects.order_by("id")[:200])
        self.fields["tags"].widget.attrs["data-suggestions"] = ",".join(name for name in names if "," not in name)
        if not is_new:
            del self.fields["phone"], self.fields["email"]

    @property
    def profile(self) -> dict[str, Any]:
        """The fields the profile service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("phone", "email", "tags")}

    @property
    def tag_names(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["tags"].replace("，", ",").split(",") if name.strip()]


class ImportForm(forms.Form):
    """The table to take in."""

    file = forms.FileField(
        label=_("Table of customers"),
        help_text=_("CSV (UTF-8, GB18030 or UTF-16) or XLSX. The first row names the columns."),
        widget=forms.ClearableFileInput(attrs={"data-filedrop": "", "accept": ".csv,.txt,.tsv,.xlsx"}),
    )


class TierForm(forms.Form):
    """A standing of customers."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    rank = forms.IntegerField(label=_("Rank"), min_value=0, max_value=1000, help_text=_("The highest stands first."))
    priority = forms.IntegerField(
        label=_("Raises priority by"),
        min_value=0,
        max_value=4,
        help_text=_("How many steps waiting work of these customers moves forward; 0 for none."),
    )


class CustomerTagForm(forms.Form):
    """A label on customers."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=40)
    name_en = forms.CharField(label=_("English name"), max_length=40, required=False)
