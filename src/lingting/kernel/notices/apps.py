"""Django registration of notices."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "lingting.kernel.notices"
    label = "notices"
