"""A refusal of a service, shown where the person typed: at the fields it names, else above the form."""

from __future__ import annotations

from django.forms import BaseForm

from lingting.platform.refusals import Refusal


def show_refusal(form: BaseForm, refusal: Refusal) -> int:
    """Puts the refusal's sentences into a bound form; returns the HTTP status to answer with.

    For full-page forms, which would otherwise lose what was typed. An htmx request needs
    nothing of this: the middleware makes a toast.
    """
    fields = refusal.details.get("fields")
    placed = False
    if isinstance(fields, dict):
        for name, sentences in fields.items():
            if name in form.fields:
                form.add_error(name, list(sentences))
                placed = True
    if not placed:
        form.add_error(None, str(refusal))
    return refusal.status
