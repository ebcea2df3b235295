"""What the chat offers to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Workspace

manifest = Manifest(
    app="chat",
    permissions=[Permission(key="chat.manage_widgets", label=_("Set up chat widgets"))],
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Chat widgets"), route="chat:widgets", icon="message-circle",
            permission="chat.manage_widgets", order=60, keywords="chat widget script tag 聊天 插件 网站 代码",
            section=SettingsSection.CHANNELS,
        )
    ],
    pages=[("chat/", "lingting.service.channels.chat.urls")],
    rest=[("chat", "lingting.service.channels.chat.rest:router")],
)  # fmt: skip
