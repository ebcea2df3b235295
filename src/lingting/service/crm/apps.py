"""Django registration of crm."""

from __future__ import annotations

from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "lingting.service.crm"
    label = "crm"
