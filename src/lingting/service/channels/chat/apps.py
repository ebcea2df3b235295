"""Django registration of chat."""

from __future__ import annotations

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "lingting.service.channels.chat"
    label = "chat"
