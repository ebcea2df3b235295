"""Short notices at the edge of the screen, for pages and for htmx answers."""

from __future__ import annotations

import json

from django.http import HttpResponseBase

TRIGGER = "HX-Trigger"


def add_toast(
    response: HttpResponseBase,
    text: object,
    *,
    kind: str = "ready",
    undo_url: str = "",
    undo_label: str = "",
) -> HttpResponseBase:
    """Lets an htmx answer show a toast, and keeps the triggers that are there already.

    `kind` is ready, warning, breach or ours. With `undo_url` the toast has a button that
    posts there. For a full page load use Django's messages: the shell shows them as toasts.
    """
    toast = {"kind": kind, "text": str(text)}
    if undo_url:
        toast |= {"undo_url": undo_url, "undo_label": str(undo_label)}
    return add_trigger(response, "toast", toast)


def add_trigger(response: HttpResponseBase, event: str, detail: object = None) -> HttpResponseBase:
    """Adds a DOM event to an htmx answer beside those already in its `HX-Trigger`."""
    present = response.headers.get(TRIGGER, "")
    if present.startswith("{"):
        triggers = json.loads(present)
    else:
        triggers = {name.strip(): None for name in present.split(",") if name.strip()}
    triggers[event] = detail
    response.headers[TRIGGER] = json.dumps(triggers)
    return response
