"""What complaints offer to the whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Slot, Workspace


def _case_section(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.complaints.views.handling import case_section

    return case_section(request, case=given["case"])


def _on_the_desk(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    match = getattr(request, "resolver_match", None)
    return {} if match is not None and match.app_name == "desk" else None


manifest = Manifest(
    app="complaints",
    navigation=[
        NavigationEntry(
            workspace=Workspace.QUALITY, label=_("Complaints"), route="complaints:complaints", icon="speakerphone",
            permission="complaints.view_complaints", order=10, keywords="complaints 投诉 客诉 升级 补偿",
        ),
        NavigationEntry(
            workspace=Workspace.QUALITY, label=_("Hot spots"), route="complaints:hot-spots", icon="flame",
            permission="complaints.view_hotspots", order=20, keywords="hot spots trends root cause 热点 投诉分析 显著",
        ),
        NavigationEntry(
            workspace=Workspace.QUALITY, label=_("Measures"), route="complaints:measures", icon="target-arrow",
            permission="complaints.view_hotspots", order=30, keywords="measures effect improvement 整改 措施 改进",
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Complaint catalogue"), route="complaints:catalogue", icon="speakerphone",
            permission="complaints.manage_catalogue", order=46, keywords="categories causes compensation limits 分类 原因 补偿 额度",
            section=SettingsSection.CASES,
        ),
    ],
    permissions=[
        Permission(key="complaints.view_complaints", label=_("See complaints"), scoped=True),
        Permission(key="complaints.handle_complaints", label=_("Handle complaints"), scoped=True),
        Permission(key="complaints.export_complaints", label=_("Take lists of complaints away as files")),
        Permission(key="complaints.approve_compensation", label=_("Approve compensation within one's limit"), scoped=True),
        Permission(key="complaints.view_hotspots", label=_("See hot spots of complaints")),
        Permission(key="complaints.manage_measures", label=_("Make measures against hot spots")),
        Permission(key="complaints.manage_catalogue", label=_("Manage complaint categories, causes, compensation and limits")),
    ],
    slots=[
        Slot(
            place="desk.side.tabs", template="complaints/_case.html", context=_case_section, label=_("Complaint"), key="complaint",
            order=26,
        ),
        Slot(place="shell.overlay", template="complaints/_desk_assets.html", context=_on_the_desk, key="complaints-desk"),
    ],
    pages=[("complaints/", "lingting.service.complaints.urls")],
    rest=[("complaints", "lingting.service.complaints.rest:router")],
)  # fmt: skip
