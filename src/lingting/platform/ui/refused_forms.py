"""A form of a page: what is sent is done once it fits, and a refusal of the service is shown where the person typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from lingting.platform.refusals import Refusal


def submitted(
    request: HttpRequest, form: BaseForm, act: Callable[[dict[str, Any]], HttpResponse]
) -> tuple[HttpResponse | None, int]:
    """Does `act(cleaned_data)` when the form was sent and fits; returns its answer, or None and the status of the page.

    The page with the form answers 200 before anything is sent, 422 for what does not fit, else with the refusal's status.
    """
    if request.method != "POST":
        return None, 200
    if not form.is_valid():
        return None, 422
    try:
        return act(form.cleaned_data), 200
    except Refusal as refusal:
        return None, show_refusal(form, refusal)


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
