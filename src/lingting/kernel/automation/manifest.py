"""What automation offers to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Workspace

manifest = Manifest(
    app="automation",
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Automation"), route="automation:rules", icon="robot",
            permission="automation.manage_rules", order=46, keywords="automation rules triggers 自动化 规则 触发器",
            section=SettingsSection.CASES,
        )
    ],
    permissions=[Permission(key="automation.manage_rules", label=_("Manage automation rules"))],
    pages=[("settings/automation/", "lingting.kernel.automation.urls")],
    rest=[("automation", "lingting.kernel.automation.rest:router")],
)  # fmt: skip
