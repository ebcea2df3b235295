"""The widget every centre has from the start."""

from __future__ import annotations

from datetime import datetime

from lingting.service.channels.chat.services import make_first_widget

FIRST_KEY = "main"


def lay(*, now: datetime) -> None:
    """Makes the widget `main` once there is a queue to answer it; does nothing where any widget exists."""
    make_first_widget(key=FIRST_KEY)
