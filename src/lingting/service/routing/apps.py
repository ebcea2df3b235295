"""Django registration of routing."""

from __future__ import annotations

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "lingting.service.routing"
    label = "routing"

    def ready(self) -> None:
        from lingting.service.routing import counting, desk_parts, live, receivers  # noqa: F401

        live.connect()
        desk_parts.connect()
        counting.register_counters()
