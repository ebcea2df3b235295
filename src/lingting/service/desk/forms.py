"""Forms of the desk's settings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lingting.kernel.procedures.models import Procedure
from lingting.service.desk.models import FieldKind


class CannedReplyForm(forms.Form):
    """A prepared text. The domain checks it; the form shows what it says."""

    title = forms.CharField(label=_("Title"), max_length=80)
    shortcut = forms.CharField(
        label=_("Shortcut"), max_length=40, help_text=_("Typed after / in the composer, for example: refund")
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("zh-hans", "简体中文"), ("en", "English")])
    text = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "data-grow": ""}),
        help_text=_(
            "Variables: {{customer.name}} {{customer.tier}} {{agent.name}} {{case.number}} {{case.subject}} {{queue.name}}"
        ),
    )
    shared = forms.BooleanField(label=_("Share with everyone"), required=False)


def _procedures() -> list[tuple[str, str]]:
    rows = Procedure.objects.filter(subject_kind="desk.case").order_by("id")
    return [("", str(_("None"))), *((row.key, row.name) for row in rows)]


class CaseTypeForm(forms.Form):
    """A kind of contact."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    description_zh = forms.CharField(label=_("Chinese description"), max_length=200, required=False)
    description_en = forms.CharField(label=_("English description"), max_length=200, required=False)
    procedure_key = forms.ChoiceField(label=_("Procedure"), required=False, choices=_procedures)
    order = forms.IntegerField(label=_("Order"), min_value=0, max_value=30_000, required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class CaseFieldForm(forms.Form):
    """One thing to record about cases of a type."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=FieldKind.choices)
    options = forms.CharField(
        label=_("Options"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "data-grow": ""}),
        help_text=_("For a choice: one a line, written “key = 中文 | English”. Key and English may be left out."),
    )
    help_zh = forms.CharField(label=_("Chinese hint"), max_length=200, required=False)
    help_en = forms.CharField(label=_("English hint"), max_length=200, required=False)
    is_required = forms.BooleanField(label=_("Needed before closing"), required=False)
    order = forms.IntegerField(label=_("Order"), min_value=0, max_value=30_000, required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class TagForm(forms.Form):
    """The name of a tag."""

    name = forms.CharField(label=_("Name"), max_length=40)
