"""Django registration of metrics."""

from __future__ import annotations

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "lingting.kernel.metrics"
    label = "metrics"

    def ready(self) -> None:
        from lingting.kernel.metrics.definitions import register_all

        register_all()
