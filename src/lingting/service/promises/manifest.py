"""What promises offer to the whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Slot, Workspace


def _case_section(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.promises.views import case_section

    return case_section(request, case=given["case"])


manifest = Manifest(
    app="promises",
    navigation=[
        NavigationEntry(
            workspace=Workspace.FLOOR, label=_("Promises"), route="promises:overview", icon="alarm",
            permission="desk.view_cases", order=30, keywords="sla promises service level due overdue 时限 承诺 超时 服务水平",
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Promises"), route="promises:policies", icon="alarm",
            permission="promises.manage_policies", order=43, keywords="sla policy 时限 政策 承诺",
            section=SettingsSection.ROUTING,
        ),
    ],
    permissions=[Permission(key="promises.manage_policies", label=_("Manage promises and their ladders"))],
    slots=[
        Slot(
            place="desk.side.tabs", template="promises/_case.html", context=_case_section, label=_("Promises"), key="promises", order=25
        )
    ],
    pages=[("promises/", "lingting.service.promises.urls")],
)  # fmt: skip
