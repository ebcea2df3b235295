"""Django registration of knowledge."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "lingting.service.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from lingting.kernel.procedures.registry import KnowledgeKind, register_knowledge
        from lingting.platform.files.registry import register_access
        from lingting.service.knowledge.access import may_see_picture
        from lingting.service.knowledge.references import PREFIX, find_articles, resolve_articles

        register_access(may_see_picture)
        register_knowledge(PREFIX, KnowledgeKind(label=_("Article"), resolve=resolve_articles, find=find_articles))
