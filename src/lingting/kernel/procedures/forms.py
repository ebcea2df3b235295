"""What people type: the sheet of a procedure, a step, the answers at a step."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lingting.kernel.accounts.models import Account, Role
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.organisation.models import Team
from lingting.kernel.procedures.models import OwnerKind, Step
from lingting.kernel.procedures.services import LevelDraft, OutcomeDraft
from lingting.kernel.questionnaires.models import Version as FormVersion
from lingting.kernel.timeline.registry import subject_kinds
from lingting.platform.ui.spans import SpanField

MOST_REFERENCES = 20


def _subject_choices() -> list[tuple[str, Any]]:
    return [("", gettext_lazy("Anything")), *((kind.key, kind.label) for kind in subject_kinds())]


class ProcedureForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80, required=False)
    purpose_zh = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "data-grow": True}),
    )
    purpose_en = forms.CharField(
        label=gettext_lazy("What it is for, in English"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "data-grow": True}),
    )  # fmt: skip
    subject_kind = forms.ChoiceField(label=gettext_lazy("Runs about"), choices=_subject_choices, required=False)
    owner = forms.ModelChoiceField(
        Account.objects.filter(is_active=True).order_by("display_name"), required=False, empty_label="–",
        label=gettext_lazy("Who looks after it"), widget=forms.Select(attrs={"data-combobox": True}),
    )  # fmt: skip
    review_date = forms.DateField(
        label=gettext_lazy("Review on"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class FormChoice(forms.ModelChoiceField):
    """Published forms by name and version."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.questionnaire.name} · v{obj.number}"


class StepForm(forms.ModelForm):
    form = FormChoice(
        FormVersion.objects.filter(published_at__isnull=False).select_related("questionnaire").order_by("questionnaire__key", "-number"),
        label=pgettext_lazy("questionnaire", "Form"), required=False, empty_label="–",
    )  # fmt: skip
    knowledge = forms.Field(label=gettext_lazy("Required knowledge"), required=False, widget=forms.SelectMultiple)

    limit_minutes = SpanField(label=gettext_lazy("Time limit"), required=False)

    class Meta:
        model = Step
        fields = [
            "title_zh", "title_en", "public_zh", "public_en", "is_mailed", "instructions_zh", "instructions_en", "owner_kind",
            "role", "team", "person", "limit_minutes", "calendar", "form", "knowledge", "may_skip", "amount_from", "four_eyes",
        ]  # fmt: skip
        labels = {
            "public_zh": gettext_lazy("What customers read, Chinese"), "public_en": gettext_lazy("What customers read, English"),
            "is_mailed": gettext_lazy("Tell the customer by mail when it begins"),
            "calendar": gettext_lazy("Counts the hours of"),
            "amount_from": gettext_lazy("Amount from"),
        }  # fmt: skip
        help_texts = {
            "public_zh": gettext_lazy("In the customer portal and in letters; empty: the customer sees nothing of this step."),
        }  # fmt: skip
        widgets = {
            "instructions_zh": forms.Textarea(attrs={"rows": 3, "data-grow": True}),
            "instructions_en": forms.Textarea(attrs={"rows": 2, "data-grow": True}),
            "person": forms.Select(attrs={"data-combobox": True}),
        }  # fmt: skip

    def __init__(self, *positions: Any, amounts: list[tuple[str, str]] | None = None, **names: Any) -> None:
        super().__init__(*positions, **names)
        self.fields["role"].queryset = Role.objects.order_by("id")  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("id")  # type: ignore[attr-defined]
        self.fields["person"].queryset = Account.objects.filter(is_active=True).order_by("display_name")  # type: ignore[attr-defined]
        self.fields["calendar"].queryset = Calendar.objects.order_by("id")  # type: ignore[attr-defined]
        self.fields["calendar"].empty_label = _("Round the clock")  # type: ignore[attr-defined]
        self.fields["amount_from"] = forms.ChoiceField(
            label=_("Amount from"), required=False, choices=[("", "–"), *(amounts or [])], initial=self.instance.amount_from
        )

    def clean_knowledge(self) -> list[str]:
        return list(dict.fromkeys(key[:120] for key in self.cleaned_data["knowledge"] or [] if key))[:MOST_REFERENCES]

    def clean(self) -> dict[str, Any]:
        """Only the owner that its kind names is kept."""
        given = super().clean() or {}
        kept = {OwnerKind.ROLE: "role", OwnerKind.TEAM: "team", OwnerKind.PERSON: "person"}.get(
            given.get("owner_kind", OwnerKind.SUBJECT)
        )
        for name in ("role", "team", "person"):
            if name != kept:
                given[name] = None
        return given


def read_outcomes(post: QueryDict) -> list[OutcomeDraft]:
    """The rows of outcomes as the editor sends them; rows without any label are dropped."""
    found = []
    for place in _places(post, "outcome"):
        label_zh, label_en = post.get(f"outcome-{place}-zh", "").strip()[:80], post.get(f"outcome-{place}-en", "").strip()[:80]
        if not label_zh and not label_en:
            continue
        onward = post.get(f"outcome-{place}-next", "")
        found.append(
            OutcomeDraft(
                key=post.get(f"outcome-{place}-key", "")[:60], label_zh=label_zh or label_en, label_en=label_en,
                next_key="" if onward == "end" else onward, ends=onward == "end", tests=_read_tests(post, place),
            )
        )  # fmt: skip
    return found


def _places(post: QueryDict, stem: str) -> list[int]:
    numbers = {name.split("-")[1] for name in post if name.startswith(f"{stem}-") and name.count("-") >= 2}
    return sorted(int(number) for number in numbers if number.isascii() and number.isdecimal() and len(number) < 4)


def _read_tests(post: QueryDict, place: int) -> list[dict[str, Any]]:
    tests = []
    for number in range(10):
        where = post.get(f"test-{place}-{number}-place", "")
        if where.count("|") == 2:
            of, step, key = where.split("|")
            tests.append(
                {
                    "of": of, "step": step, "key": key, "is": post.get(f"test-{place}-{number}-is", "is"),
                    "value": post.get(f"test-{place}-{number}-value", "").strip()[:200],
                }
            )  # fmt: skip
    return tests


def read_levels(post: QueryDict) -> list[LevelDraft]:
    """The rows of approval levels; rows without a rank are dropped."""
    found = []
    for place in _places(post, "level"):
        rank, amount = post.get(f"level-{place}-rank", "").strip(), post.get(f"level-{place}-amount", "").strip().replace(",", "")
        if not (rank.isascii() and rank.isdecimal() and int(rank) < 32768):
            continue
        try:
            up_to = Decimal(amount).quantize(Decimal("0.01")) if amount else None
        except InvalidOperation:
            up_to = None
        found.append(LevelDraft(up_to=up_to, least_rank=int(rank)))
    return found


class DefinitionForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=forms.FileInput(attrs={"accept": ".json,application/json"})
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the definition"), required=False, strip=False, max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not str(given.get("text", "")).strip():
            raise forms.ValidationError(_("Choose a file or paste a definition."))
        return given
