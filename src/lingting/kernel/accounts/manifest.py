"""What accounts offers to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Workspace

manifest = Manifest(
    app="accounts",
    permissions=[
        Permission(key="accounts.manage_roles", label=_("Say what roles allow")),
        Permission(key="accounts.manage_tokens", label=_("Make and withdraw tokens of applications")),
    ],
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Roles"), route="accounts:roles", icon="shield-lock",
            permission="accounts.manage_roles", order=160, keywords="permissions rights 权限 角色",
            section=SettingsSection.CENTRE,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("API tokens"), route="accounts:tokens", icon="key",
            permission="accounts.manage_tokens", order=700, keywords="token application 令牌 接口 应用",
        ),
    ],
    pages=[("", "lingting.kernel.accounts.urls")],
)  # fmt: skip
