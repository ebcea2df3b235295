"""Django registration of timeline."""

from __future__ import annotations

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "lingting.kernel.timeline"
    label = "timeline"
