"""What calendars offer to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Workspace

manifest = Manifest(
    app="calendars",
    permissions=[Permission(key="calendars.manage_calendars", label=_("Set opening hours and special days"))],
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Opening hours"), route="calendars:calendars", icon="calendar-time",
            permission="calendars.manage_calendars", order=200,
            keywords="calendar holiday hours 日历 营业时间 节假日 调休 工作日",
            section=SettingsSection.CENTRE,
        )
    ],
    pages=[("settings/calendars/", "lingting.kernel.calendars.urls")],
)  # fmt: skip
