"""What work orders offer to the whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Slot, Workspace


def _case_section(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.workorders.views.asking import case_section

    return case_section(request, case=given["case"])


def _on_the_desk(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    match = getattr(request, "resolver_match", None)
    return {} if match is not None and match.app_name == "desk" else None


manifest = Manifest(
    app="workorders",
    navigation=[
        NavigationEntry(
            workspace=Workspace.DESK, label=_("Work orders"), route="workorders:orders", icon="clipboard-list", order=40,
            keywords="work orders departments logistics repair 协作单 部门 物流 维修",
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Departments"), route="workorders:departments", icon="building",
            permission="workorders.manage_departments", order=45, keywords="departments work orders 协作部门 协作单",
            section=SettingsSection.CASES,
        ),
    ],
    permissions=[
        Permission(key="workorders.ask_departments", label=_("Ask other departments by work order")),
        Permission(key="workorders.manage_departments", label=_("Manage departments that answer work orders")),
    ],
    slots=[
        Slot(
            place="desk.side.tabs", template="workorders/_case.html", context=_case_section, label=_("Work orders"), key="orders",
            order=27,
        ),
        Slot(place="shell.overlay", template="workorders/_desk_assets.html", context=_on_the_desk, key="workorders-desk"),
    ],
    pages=[("work-orders/", "lingting.service.workorders.urls"), ("w/", "lingting.service.workorders.light_urls")],
)  # fmt: skip
