"""Setting up widgets."""

from __future__ import annotations

import secrets

from django.db import transaction

from lingting.service.channels.chat.models import Widget
from lingting.service.desk.models import Queue

SECRET_BYTES = 32
LEAST_SECRET_LENGTH = 32


def new_secret() -> str:
    """A secret long enough for HS256."""
    return secrets.token_urlsafe(SECRET_BYTES)


@transaction.atomic
def rotate_secret(key: str) -> Widget:
    """Gives a widget a new secret; identity tokens signed with the old one stop working at once. Locks the widget."""
    widget = Widget.objects.select_for_update().get(key=key)
    widget.secret = new_secret()
    widget.save(update_fields=["secret"])
    return widget


@transaction.atomic
def make_first_widget(*, key: str) -> Widget | None:
    """The widget of a centre that has queues but no widget yet; None when there is nothing to do."""
    queues = list(Queue.objects.filter(is_active=True))
    if not queues or Widget.objects.exists():
        return None
    widget = Widget.objects.create(
        key=key, name_zh="在线客服", name_en="Chat with us", greeting_zh="您好，有什么可以帮您？",
        greeting_en="Hello! How can we help?", default_queue=queues[0], secret=new_secret(),
    )  # fmt: skip
    widget.queues.set(queues)
    return widget
