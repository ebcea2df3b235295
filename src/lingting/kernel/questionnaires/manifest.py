"""What questionnaires offer to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Workspace

manifest = Manifest(
    app="questionnaires",
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Questionnaires"), route="questionnaires:questionnaires", icon="clipboard-list",
            permission="questionnaires.view_results", order=44, keywords="questionnaires surveys scorecards forms 问卷 评分表 调查 表单",
            section=SettingsSection.CASES,
        )
    ],
    permissions=[
        Permission(key="questionnaires.manage", label=_("Write and publish questionnaires")),
        Permission(key="questionnaires.view_results", label=_("See answers to questionnaires")),
    ],
    pages=[("settings/questionnaires/", "lingting.kernel.questionnaires.urls")],
    rest=[("questionnaires", "lingting.kernel.questionnaires.rest:router")],
)  # fmt: skip
