"""Django registration of the portal."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "lingting.service.portal"
    label = "portal"
    verbose_name = _("Customer portal")

    def ready(self) -> None:
        from lingting.service.portal.couriers import carry_order
        from lingting.service.workorders.registry import register_courier

        register_courier(carry_order)
