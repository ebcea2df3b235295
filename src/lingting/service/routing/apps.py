"""Django registration of routing."""

from __future__ import annotations

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "lingting.service.routing"
    label = "routing"
