"""The forms of complaints: dialogs beside the case, the catalogue, measures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from lingting.kernel.accounts.models import Account, Role
from lingting.kernel.organisation.models import Position, Team
from lingting.service.complaints.models import (
    Category,
    Cause,
    CompensationItem,
    CompensationKind,
    Complaint,
    Responsibility,
    Severity,
)
from lingting.service.desk.models import Queue
from lingting.service.workorders.models import Department


def category_choices() -> list[tuple[str, str]]:
    """Active categories as a tree: those below stand indented after their parent."""
    rows = list(Category.objects.filter(is_active=True))
    below: dict[int | None, list[Category]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    found: list[tuple[str, str]] = [("", "…")]

    def walk(parent_id: int | None, depth: int) -> None:
        for row in below.get(parent_id, []):
            found.append((str(row.pk), "\u3000" * depth + row.name))
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found


class ClassesForm(forms.Form):
    category = forms.TypedChoiceField(label=_("Category"), coerce=int, choices=category_choices)
    severity = forms.TypedChoiceField(label=_("Severity"), coerce=int, choices=Severity.choices, initial=Severity.MODERATE)
    product = forms.CharField(label=_("Product"), max_length=80, required=False)
    region = forms.CharField(label=_("Region"), max_length=60, required=False)
    team = forms.ModelChoiceField(Team.objects.all(), label=_("Team concerned"), required=False)
    person = forms.ModelChoiceField(
        Account.objects.filter(employee__isnull=False).order_by("display_name"), label=_("Person concerned"), required=False,
        empty_label="–", widget=forms.Select(attrs={"data-combobox": True}),
    )  # fmt: skip
    is_public = forms.BooleanField(label=_("In public: media, social networks"), required=False)
    is_regulator = forms.BooleanField(label=_("Through a regulator or consumer body"), required=False)
    investigates = forms.BooleanField(label=_("Needs a look with other departments"), required=False, initial=True)


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("The outcome, as the customer reads it"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    sends = forms.BooleanField(label=_("Send it in the conversation"), required=False, initial=True)


class CompensationForm(forms.Form):
    item = forms.ModelChoiceField(CompensationItem.objects.filter(is_active=True), label=_("What"))
    amount = forms.DecimalField(label=_("Amount"), max_digits=10, decimal_places=2, min_value=0, required=False,
                                help_text=_("Where one piece has no fixed cost"))  # fmt: skip
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=99, initial=1)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class DecisionForm(forms.Form):
    verdict = forms.ChoiceField(label=_("Decision"), choices=[("approve", _("Approve")), ("reject", _("Reject"))],
                                widget=forms.RadioSelect, initial="approve")  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=300, required=False, help_text=_("Needed for a rejection"))


class CallForm(forms.Form):
    reached = forms.ChoiceField(label=_("Reached"), choices=[("yes", _("reached")), ("no", _("not reached"))],
                                widget=forms.RadioSelect, initial="yes")  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class ClosureForm(forms.Form):
    cause = forms.ModelChoiceField(Cause.objects.filter(is_active=True), label=_("Root cause"))
    responsibility = forms.ChoiceField(label=_("Responsibility"), choices=[*BLANK_CHOICE_DASH, *Responsibility.choices])
    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department responsible"), required=False)
    conclusion = forms.CharField(label=_("Conclusion"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class FilingForm(forms.Form):
    customer = forms.CharField(label=_("Customer"), max_length=120, help_text=_("Phone number, mail address or the exact name"))
    queue = forms.ModelChoiceField(Queue.objects.filter(is_active=True), label=_("Queue"))
    subject = forms.CharField(label=_("Subject"), max_length=200)
    words = forms.CharField(label=_("What the customer said"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))


class MeasureForm(forms.Form):
    title = forms.CharField(label=_("What is done"), max_length=200)
    owner = forms.ModelChoiceField(Account.objects.filter(is_active=True), label=_("Owner"))
    due_date = forms.DateField(label=_("Due on"), widget=forms.DateInput(attrs={"type": "date"}))
    expected_drop = forms.IntegerField(label=_("Expected drop (%)"), min_value=1, max_value=100, initial=50)


class _Named(forms.Form):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)


class _Kept(forms.Form):
    order = forms.IntegerField(label=_("Order"), min_value=0, max_value=30_000, initial=100)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class CategoryForm(_Kept, _Named):
    parent = forms.ModelChoiceField(Category.objects.all(), label=_("Belongs to"), required=False)
    severity = forms.TypedChoiceField(label=_("Usual severity"), coerce=int, choices=Severity.choices, initial=Severity.MODERATE)


class CauseForm(_Kept, _Named):
    pass


class ItemForm(_Kept, _Named):
    kind = forms.ChoiceField(label=_("Kind"), choices=CompensationKind.choices)
    unit_cost = forms.DecimalField(label=_("Cost of one"), min_value=0, max_digits=10, decimal_places=2, required=False,
                                   help_text=_("Empty: the amount is entered each time"))  # fmt: skip
    most_amount = forms.DecimalField(label=_("Most for one complaint"), min_value=0, max_digits=10, decimal_places=2, required=False)


class LimitForm(forms.Form):
    role = forms.ModelChoiceField(Role.objects.all(), label=_("Role"), required=False)
    position = forms.ModelChoiceField(Position.objects.all(), label=_("Position"), required=False)
    amount = forms.DecimalField(label=_("Amount for one complaint"), min_value=0, max_digits=10, decimal_places=2)


def classes_of(complaint: Complaint) -> dict[str, Any]:
    """What the classes' dialog starts with."""
    return {
        "category": complaint.category_id, "severity": complaint.severity, "product": complaint.product, "region": complaint.region,
        "team": complaint.team_id, "person": complaint.person_id, "is_public": complaint.is_public, "is_regulator": complaint.is_regulator,
    }  # fmt: skip
