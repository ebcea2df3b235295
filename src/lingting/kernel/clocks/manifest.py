"""What clocks offer to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Workspace

manifest = Manifest(
    app="clocks",
    permissions=[
        Permission(key="clocks.manage_clocks", label=_("Set kinds of promises and reasons for breaches")),
        Permission(key="clocks.explain_breaches", label=_("Say why a promise was not kept")),
    ],
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Time limits and breach reasons"), route="clocks:promises", icon="clock-check",
            permission="clocks.manage_clocks", order=205, keywords="sla clock limit breach 承诺 时限 超时 服务标准",
            section=SettingsSection.ROUTING,
        )
    ],
    pages=[("", "lingting.kernel.clocks.urls")],
)  # fmt: skip
