"""The form of a widget."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lingting.service.channels.chat.models import Widget
from lingting.service.desk.models import Queue

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MOST_SITES = 50


class WidgetForm(forms.ModelForm):
    """Look, words, queues and sites of a widget. The key stays as it was made: it stands in the host's pages."""

    sites = forms.CharField(
        label=gettext_lazy("Sites that may use it"), required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://www.example.com", "data-grow": ""}),
    )  # fmt: skip

    class Meta:
        model = Widget
        fields = [
            "name_zh", "name_en", "key", "colour", "greeting_zh", "greeting_en", "closed_zh", "closed_en", "default_queue",
            "queues", "leave_contact_after_seconds", "is_active",
        ]  # fmt: skip
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color"}),
            "greeting_zh": forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
            "greeting_en": forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
            "closed_zh": forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
            "closed_en": forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
            "queues": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = Queue.objects.filter(is_active=True)
        for name in ("default_queue", "queues"):
            self.fields[name].queryset = usable  # type: ignore[attr-defined]
        self.fields["queues"].required = False
        self.fields["key"].label = _("Key in the script tag")
        if self.instance.pk:
            self.fields["key"].disabled = True
            self.fields["sites"].initial = "\n".join(self.instance.origins)

    def clean_colour(self) -> str:
        colour: str = self.cleaned_data["colour"]
        if not _COLOUR.fullmatch(colour):
            raise ValidationError(_("Give a colour like #206bc4."))
        return colour.lower()

    def clean_sites(self) -> list[str]:
        """One origin a line, as browsers send it: scheme and host, no path."""
        lines = [line.strip() for line in self.cleaned_data["sites"].splitlines() if line.strip()]
        if len(lines) > MOST_SITES:
            raise ValidationError(_("Name at most %(count)s sites.") % {"count": MOST_SITES})
        return list(dict.fromkeys(_origin(line) for line in lines))

    def save(self, commit: bool = True) -> Widget:
        self.instance.origins = self.cleaned_data["sites"]
        saved: Widget = super().save(commit)
        return saved


def _origin(line: str) -> str:
    sentence = _("“%(site)s” is not a site's address. Write it like https://www.example.com.") % {"site": line[:80]}
    try:
        parts = urlsplit(line.lower())
        port = parts.port
    except ValueError as error:
        raise ValidationError(sentence) from error
    is_plain = parts.path in ("", "/") and not parts.query and not parts.fragment and not parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain or len(line) > 200:
        raise ValidationError(sentence)
    is_usual = port is None or port == (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if is_usual else f":{port}")
