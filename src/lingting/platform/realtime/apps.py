"""Django's entry for the live road."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RealtimeConfig(AppConfig):
    """Brings the hub's table, the template tag and the browser modules."""

    name = "lingting.platform.realtime"
    label = "realtime"
    verbose_name = _("Live updates")
    default_auto_field = "django.db.models.BigAutoField"
