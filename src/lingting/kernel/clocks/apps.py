"""Django registration of clocks."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ClocksConfig(AppConfig):
    name = "lingting.kernel.clocks"
    label = "clocks"
    verbose_name = _("Clocks")

    def ready(self) -> None:
        from lingting.kernel.clocks import receivers  # noqa: F401
        from lingting.kernel.clocks.registry import register_pause

        register_pause("waiting-customer", _("waiting for the customer"))
        register_pause("waiting-department", _("waiting for another department"))
        register_pause("waiting-approval", _("waiting for approval"))
        register_pause("waiting-event", _("waiting for an agreed date"))
        register_pause("other", pgettext_lazy("clock", "paused"))
