"""Django registration of reports."""

from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "lingting.insight.reports"
    label = "reports"
