"""Django registration of crm."""

from __future__ import annotations

from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "lingting.service.crm"
    label = "crm"

    def ready(self) -> None:
        from lingting.platform.realtime.topics import register_topic
        from lingting.service.crm import audiences

        register_topic("customer", audiences.of_customers)
