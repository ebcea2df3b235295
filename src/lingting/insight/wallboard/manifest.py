"""What the wallboard offers to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Workspace

manifest = Manifest(
    app="wallboard",
    navigation=[
        NavigationEntry(
            workspace=Workspace.FLOOR, label=_("Floor"), route="wallboard:floor", icon="layout-dashboard",
            permission="wallboard.view_floor", order=10, phone=True, keywords="floor wallboard 现场 大屏 看板",
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Limits of the floor"), route="wallboard:limits", icon="bell-ringing",
            permission="wallboard.manage_alerts", order=60,
            section=SettingsSection.ROUTING,
        ),
    ],
    permissions=[
        Permission(key="wallboard.view_floor", label=_("See the live floor")),
        Permission(key="wallboard.manage_alerts", label=_("Set the limits of the floor")),
    ],
    pages=[("floor/", "lingting.insight.wallboard.urls")],
)  # fmt: skip
