"""Django registration of desk."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "lingting.service.desk"
    label = "desk"
