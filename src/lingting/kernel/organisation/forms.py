"""What people type into the pages of organisation."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy, pgettext_lazy

from lingting.kernel.accounts.models import Account
from lingting.kernel.organisation.models import Centre, Employee, Position, Site, Skill, Team
from lingting.kernel.organisation.selectors import flat_tree, managed_sites

_USUAL_ZONES = (
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


def team_choices() -> list[tuple[str, str]]:
    """Teams as an indented list."""
    return [(str(node.team.pk), "\u3000" * node.depth + node.team.name) for node in flat_tree()]


def zone_choices() -> list[tuple[str, str]]:
    """The usual zones first, then all of the tz database."""
    rest = sorted(
        name
        for name in zoneinfo.available_timezones()
        if "/" in name and name not in _USUAL_ZONES and not name.startswith("Etc/")
    )
    return [(name, name) for name in (*_USUAL_ZONES, *rest)]


class _TeamField(forms.ModelChoiceField):
    """A team out of the tree."""

    def __init__(self, **names: Any) -> None:
        super().__init__(queryset=Team.objects.all(), **names)

    def offer_tree(self) -> None:
        """Asked per form, because teams change while the process runs."""
        self.widget.choices = [*BLANK_CHOICE_DASH, *team_choices()]


class PersonForm(forms.Form):
    """A person's profile and place; roles and skills are laid out beside it."""

    display_name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    login = forms.RegexField(
        r"^[A-Za-z0-9._@+-]+$", label=gettext_lazy("Sign-in name"), max_length=64,
        help_text=gettext_lazy("Letters, digits and . _ - @; it cannot be changed later."),
        error_messages={"invalid": gettext_lazy("Use letters, digits and . _ - @ only.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    number = forms.CharField(label=gettext_lazy("Staff number"), max_length=20)
    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("Site"))
    team = _TeamField(label=gettext_lazy("Team"), required=False)
    position = forms.ModelChoiceField(
        Position.objects.order_by("id"), label=gettext_lazy("Position"), required=False
    )
    hired_date = forms.DateField(
        label=gettext_lazy("Hired on"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *positions: Any, by: Account, employee: Employee | None = None, **names: Any) -> None:
        super().__init__(*positions, **names)
        sites = managed_sites(by)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        if employee is None and not self.is_bound and sites.count() == 1:
            self.initial["site"] = sites.get()
        team = self.fields["team"]
        assert isinstance(team, _TeamField)
        team.offer_tree()
        if employee is not None:
            del self.fields["login"]

    def place(self) -> dict[str, Any]:
        """What the services take as a place."""
        return {name: self.cleaned_data[name] for name in ("number", "site", "team", "position", "hired_date")}


class TeamForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80, required=False)
    parent = _TeamField(label=gettext_lazy("Parent team"), required=False, help_text=gettext_lazy("Empty: it stands at the top."))
    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("Site"), empty_label=None)
    leader = forms.ModelChoiceField(
        Employee.objects.none(), label=gettext_lazy("Leader"), required=False,
        help_text=gettext_lazy("What reaches “their team” covers this team and all teams under it."),
        widget=forms.Select(attrs={"data-combobox": True}),
    )  # fmt: skip

    def __init__(self, *positions: Any, by: Account, **names: Any) -> None:
        super().__init__(*positions, **names)
        self.fields["site"].queryset = managed_sites(by)  # type: ignore[attr-defined]
        people = Employee.objects.filter(account__is_active=True).select_related("account").order_by("number")
        self.fields["leader"].queryset = people  # type: ignore[attr-defined]
        parent = self.fields["parent"]
        assert isinstance(parent, _TeamField)
        parent.offer_tree()


class SiteForm(forms.ModelForm):
    class Meta:
        model = Site
        fields = ["name_zh", "name_en", "city", "time_zone"]

    def __init__(self, *positions: Any, **names: Any) -> None:
        super().__init__(*positions, **names)
        self.fields["time_zone"] = forms.ChoiceField(
            label=gettext_lazy("Time zone"), choices=zone_choices(), widget=forms.Select(attrs={"data-combobox": True})
        )


class PositionForm(forms.ModelForm):
    class Meta:
        model = Position
        fields = ["name_zh", "name_en", "rank", "tasks", "requirements", "responsibilities"]
        widgets = {
            name: forms.Textarea(attrs={"data-grow": True, "rows": 3}) for name in ("tasks", "requirements", "responsibilities")
        }


class SkillForm(forms.ModelForm):
    class Meta:
        model = Skill
        fields = ["kind", "name_zh", "name_en"]


class DepartureForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class CentreForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80, required=False)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80, required=False)
    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$", label=gettext_lazy("Colour"), required=False,
        widget=forms.TextInput(attrs={"type": "color"}), help_text=gettext_lazy("Buttons and links on the customer's pages take it."),
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"), required=False, widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy("PNG, JPEG or WebP, up to 512 KB; shown 28 pixels high."),
    )
    drops_logo = forms.BooleanField(label=gettext_lazy("Take the logo away"), required=False)
    address = forms.CharField(
        label=Centre._meta.get_field("address").verbose_name, help_text=Centre._meta.get_field("address").help_text,
        max_length=200, required=False, widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
