"""Django registration of the demo centre."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "lingting.demo"
    label = "demo"
