"""Django registration of calendars."""

from __future__ import annotations

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "lingting.kernel.calendars"
    label = "calendars"
