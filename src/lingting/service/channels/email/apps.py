"""Django registration of e-mail."""

from __future__ import annotations

from django.apps import AppConfig


class EmailConfig(AppConfig):
    name = "lingting.service.channels.email"
    label = "email"

    def ready(self) -> None:
        from lingting.service.channels.email import live, receivers  # noqa: F401

        live.connect()
