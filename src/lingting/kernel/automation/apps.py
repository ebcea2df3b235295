"""Django registration of automation."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutomationConfig(AppConfig):
    name = "lingting.kernel.automation"
    label = "automation"
    verbose_name = _("Automation")

    def ready(self) -> None:
        from lingting.kernel.notices.registry import register_text

        register_text("automation.paused", _("The rule “%(rule)s” was paused: %(reason)s"), icon="robot-off")
