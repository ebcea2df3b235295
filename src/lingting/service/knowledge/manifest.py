"""What the knowledge base offers to the whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Finder, Manifest, NavigationEntry, Permission, SettingsSection, Slot, Workspace


def _knowledge_tab(request: HttpRequest, **given: Any) -> dict[str, Any]:
    from lingting.service.knowledge.side import knowledge_tab

    return knowledge_tab(request, **given)


def _on_the_desk(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    match = getattr(request, "resolver_match", None)
    return {} if match is not None and match.app_name == "desk" else None


manifest = Manifest(
    app="knowledge",
    navigation=[
        NavigationEntry(
            workspace=Workspace.KNOWLEDGE,
            label=_("Knowledge base"),
            route="knowledge:home",
            icon="book-2",
            permission="knowledge.read_articles",
            order=10,
            phone=True,
            keywords="knowledge articles help faq 知识库 文章 帮助",
        ),
        NavigationEntry(
            workspace=Workspace.KNOWLEDGE,
            label=_("Drafts"),
            route="knowledge:drafts",
            icon="pencil",
            permission="knowledge.write_articles",
            order=20,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Knowledge categories"),
            route="knowledge:categories",
            icon="folders",
            permission="knowledge.manage_categories",
            order=60,
            section=SettingsSection.CUSTOMERS,
        ),
    ],
    permissions=[
        Permission(key="knowledge.read_articles", label=_("Read articles, internal ones too")),
        Permission(key="knowledge.write_articles", label=_("Write articles")),
        Permission(key="knowledge.publish_articles", label=_("Publish and withdraw articles")),
        Permission(key="knowledge.manage_categories", label=_("Manage knowledge categories")),
    ],
    finders=[Finder(label=_("Articles"), route="knowledge:find", icon="article", permission="knowledge.read_articles", order=30)],
    slots=[
        Slot(
            place="desk.side.tabs",
            template="knowledge/desk/tab.html",
            context=_knowledge_tab,
            permission="knowledge.read_articles",
            label=_("Knowledge"),
            key="knowledge",
            order=21,
        ),
        Slot(
            place="shell.overlay",
            template="knowledge/desk/script.html",
            context=_on_the_desk,
            permission="knowledge.read_articles",
            key="knowledge-desk",
        ),
    ],
    pages=[("knowledge/", "lingting.service.knowledge.urls"), ("help/", "lingting.service.knowledge.help_urls")],
    rest=[("knowledge", "lingting.service.knowledge.rest:router")],
)
