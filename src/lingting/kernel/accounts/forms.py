"""What people type into the pages of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

_PASSWORD_HELP = gettext_lazy("At least 10 characters. A short sentence is easiest to remember and hard to guess.")


class SignInForm(forms.Form):
    login = forms.CharField(
        label=gettext_lazy("Sign-in name"), max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("Password"), max_length=256, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *positions: Any, **names: Any) -> None:
        super().__init__(*positions, **names)
        if self.is_bound and self.data.get("login"):  # Tried already: the password is what is typed again.
            self.fields["login"].widget.attrs.pop("autofocus")
            self.fields["password"].widget.attrs["autofocus"] = True


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Verification code"), max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )  # fmt: skip


class _TwoPasswords(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(
        label=gettext_lazy("New password"), max_length=256, strip=False, help_text=_PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=gettext_lazy("Once more"), max_length=256, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("The two are not the same."))
        return given


class NewPasswordForm(_TwoPasswords):
    """After a reset: the old password was just given at the sign-in."""


class PasswordForm(_TwoPasswords):
    current = forms.CharField(
        label=gettext_lazy("Current password"), max_length=256, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    field_order = ["current", "password", "again"]


class FirstAdministratorForm(_TwoPasswords):
    display_name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    login = forms.RegexField(
        r"^[A-Za-z0-9._@+-]+$", label=gettext_lazy("Sign-in name"), max_length=64,
        help_text=gettext_lazy("Letters, digits and . _ - @; an e-mail address is fine."),
        error_messages={"invalid": gettext_lazy("Use letters, digits and . _ - @ only.")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    field_order = ["display_name", "login", "password", "again"]

    def __init__(self, *positions: Any, **names: Any) -> None:
        super().__init__(*positions, **names)
        self.fields["password"].label = _("Password")


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=80, help_text=gettext_lazy("Colleagues and customers see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class TokenForm(forms.Form):
    """A new token; `kind` only where application tokens may be made."""

    name = forms.CharField(
        label=pgettext_lazy("thing", "Name"), max_length=80, help_text=gettext_lazy("What will use it, so that you know later.")
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("What it may do"), widget=forms.CheckboxSelectMultiple)
    expires_date = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Empty: until it is withdrawn."),
    )  # fmt: skip

    def __init__(self, *positions: Any, scopes: list[tuple[str, str]], **names: Any) -> None:
        super().__init__(*positions, **names)
        self.fields["scopes"].choices = scopes  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=60, required=False)
    requires_second_factor = forms.BooleanField(
        label=gettext_lazy("Whoever has this role must use a second factor"), required=False,
        help_text=gettext_lazy("They set it up at their next sign-in."),
    )  # fmt: skip
