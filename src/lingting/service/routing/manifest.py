"""What routing offers to the whole: the presence control, offers, acts on a conversation, the settings of queues."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Slot, Workspace


def _presence(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.routing.views.mine import presence_context

    return presence_context(request)


def _offers(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.routing.views.mine import offers_context

    return offers_context(request)


def _actions(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.routing.views.conversations import actions_context

    return actions_context(request, case=given["case"], conversation=given.get("conversation"))


def _banner(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.routing.views.conversations import banner_context

    return banner_context(request, case=given["case"], conversation=given.get("conversation"))


manifest = Manifest(
    app="routing",
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Queues"), route="routing:queues", icon="stack-2",
            permission="routing.manage_queues", order=10, keywords="queues skills routing 队列 技能 分配",
            section=SettingsSection.ROUTING,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Reasons for being away"), route="routing:reasons", icon="coffee",
            permission="routing.manage_queues", order=12,
            section=SettingsSection.ROUTING,
        ),
    ],
    permissions=[
        Permission(key="routing.take_work", label=_("Be ready for work and take it")),
        Permission(key="routing.supervise", label=_("Whisper, take over and reassign"), scoped=True),
        Permission(key="routing.set_presence", label=_("Set the presence of others"), scoped=True),
        Permission(key="routing.manage_queues", label=_("Manage queues, skills and reasons")),
    ],
    slots=[
        Slot(place="shell.presence", template="routing/_presence.html", context=_presence, permission="routing.take_work"),
        Slot(place="shell.overlay", template="routing/_overlay.html", context=_offers, permission="routing.take_work"),
        Slot(place="desk.conversation.actions", template="routing/_actions.html", context=_actions, order=10),
        Slot(place="desk.conversation.banner", template="routing/_banner.html", context=_banner, order=10),
    ],
    pages=[("routing/", "lingting.service.routing.urls")],
)  # fmt: skip
