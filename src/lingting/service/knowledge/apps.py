"""Django registration of knowledge."""

from __future__ import annotations

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "lingting.service.knowledge"
    label = "knowledge"
