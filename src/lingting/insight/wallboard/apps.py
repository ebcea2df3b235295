"""Django registration of the wallboard."""

from __future__ import annotations

from django.apps import AppConfig


class WallboardConfig(AppConfig):
    name = "lingting.insight.wallboard"
    label = "wallboard"
