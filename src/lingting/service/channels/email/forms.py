"""Forms of mailboxes, signatures and repairs."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lingting.service.channels.email.dkim_keys import is_signing_key
from lingting.service.channels.email.models import Intake, Mailbox, SignIn, TeamSignature
from lingting.service.channels.email.parsing.words import clean_address
from lingting.service.channels.email.presets import Preset
from lingting.service.channels.email.vault import locked
from lingting.service.desk.models import CaseType, Queue

_SECRETS = {
    "password": "secret", "client_secret": "oauth_client_secret", "refresh_token": "oauth_refresh_token", "dkim_private": "dkim_key",
}  # fmt: skip
_LONG = forms.Textarea(attrs={"rows": 5, "data-grow": ""})


def _secret(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )  # fmt: skip


class MailboxForm(forms.ModelForm):
    """A mailbox. Secrets are write-only: empty keeps what is stored."""

    password = _secret(gettext_lazy("Password or authorisation code"))
    client_secret = _secret(gettext_lazy("Client secret"))
    refresh_token = _secret(gettext_lazy("Refresh token"))
    dkim_private = forms.CharField(
        label=gettext_lazy("DKIM private key (PEM)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    class Meta:
        model = Mailbox
        fields = [
            "address", "from_name_zh", "from_name_en", "queue", "case_type", "priority", "language", "is_active", "intake",
            "sign_in", "user", "imap_host", "imap_port", "imap_security", "folder", "after_fetch", "move_to", "poll_seconds",
            "smtp_host", "smtp_port", "smtp_security", "smtp_sign_in", "per_minute", "takes_plus",
            "oauth_authorize_url", "oauth_token_url", "oauth_client_id", "oauth_scope", "dkim_domain", "dkim_selector",
            "authserv_id", "acknowledges", "ack_subject_zh", "ack_text_zh", "ack_subject_en", "ack_text_en",
            "tells_progress", "tells_end",
        ]  # fmt: skip
        labels = {"oauth_scope": gettext_lazy("Permissions asked for (scope)")}
        widgets = {
            "address": forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "service@example.com"}),
            "ack_text_zh": _LONG,
            "ack_text_en": _LONG,
            "language": forms.Select(choices=[("zh-hans", "中文"), ("en", "English")]),
        }

    def __init__(self, *args: Any, preset: Preset | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ask_for_what_fetching_needs()
        if preset:
            self.fields["password"].label, self.fields["password"].help_text = str(preset.code_label), str(preset.code_hint)
        self.fields["queue"].queryset = Queue.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["case_type"].queryset = CaseType.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if self.instance.secret:
            self.fields["password"].widget.attrs["placeholder"] = _("kept; type to replace it")

    def _ask_for_what_fetching_needs(self) -> None:
        """Marks server and password as required where mail is fetched with them, before they are missed."""
        said = {name: self[name].value() for name in ("intake", "sign_in")}
        is_fetched = said["intake"] == Intake.IMAP
        for name, is_needed, words in (
            ("imap_host", is_fetched, _("Give the name of the IMAP server.")),
            ("password", is_fetched and said["sign_in"] == SignIn.PASSWORD and not self.instance.secret, _("Enter it here.")),
        ):
            self.fields[name].required = is_needed
            self.fields[name].error_messages["required"] = words

    def clean_imap_host(self) -> str:
        return _server_name(self.cleaned_data["imap_host"], example="imap.example.com")

    def clean_smtp_host(self) -> str:
        return _server_name(self.cleaned_data["smtp_host"], example="smtp.example.com")

    def clean_address(self) -> str:
        address = clean_address(self.cleaned_data["address"])
        if not address or "+" in address.partition("@")[0]:
            raise ValidationError(_("Give a full address such as service@example.com, without +."))
        return address

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("after_fetch") == "move" and not given.get("move_to"):
            self.add_error("move_to", _("Name the folder."))
        if given.get("dkim_private") and not is_signing_key(given["dkim_private"]):
            self.add_error("dkim_private", _("This is not an RSA private key in PEM form of at least 1024 bits."))
        return given

    def filled(self) -> Mailbox:
        """The mailbox as the form says, with its secrets locked; not saved."""
        mailbox: Mailbox = self.save(commit=False)
        for name, column in _SECRETS.items():
            if self.cleaned_data.get(name):
                setattr(mailbox, column, locked(self.cleaned_data[name]))
        mailbox.changed_at = timezone.now()
        return mailbox


def _server_name(typed: str, *, example: str) -> str:
    """A server's name as an input method or a browser's address bar may have given it. Raises `ValidationError`."""
    name = unicodedata.normalize("NFKC", typed).replace("。", ".").strip().rstrip("/.")
    if re.search(r"[\s/@:]", name):
        raise ValidationError(_("Give only the server's name, such as %(example)s.") % {"example": example})
    return name


class SignatureForm(forms.ModelForm):
    """What a team writes under its letters."""

    class Meta:
        model = TeamSignature
        fields = ["text_zh", "text_en"]
        widgets = {"text_zh": _LONG, "text_en": _LONG}


class RepairForm(forms.Form):
    """A held mail, mended by hand: enough to make a message of it."""

    sender = forms.CharField(label=pgettext_lazy("letter", "From"), max_length=320)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300, required=False)
    text = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 10, "data-grow": ""}))

    def clean_sender(self) -> str:
        if not clean_address(self.cleaned_data["sender"].rpartition("<")[2].strip("> ")):
            raise ValidationError(_("Give an address such as name@example.com."))
        return str(self.cleaned_data["sender"])
