"""Django registration of the portal."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "lingting.service.portal"
    label = "portal"
    verbose_name = _("Customer portal")

    def ready(self) -> None:
        from lingting.service.desk.registry import register_case_link
        from lingting.service.portal import receivers  # noqa: F401
        from lingting.service.portal.couriers import carry_order
        from lingting.service.portal.services import case_link
        from lingting.service.workorders.registry import register_courier

        register_courier(carry_order)
        register_case_link(case_link)
