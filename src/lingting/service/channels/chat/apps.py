"""Django registration of the chat."""

from __future__ import annotations

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "lingting.service.channels.chat"
    label = "chat"

    def ready(self) -> None:
        from lingting.service.channels.chat import live, receivers  # noqa: F401

        live.connect()
