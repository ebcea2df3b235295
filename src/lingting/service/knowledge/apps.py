"""Django registration of knowledge."""

from __future__ import annotations

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "lingting.service.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from lingting.platform.files.registry import register_access
        from lingting.service.knowledge.access import may_see_picture

        register_access(may_see_picture)
