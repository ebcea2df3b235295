"""What reports offer to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, Workspace

manifest = Manifest(
    app="reports",
    navigation=[
        NavigationEntry(
            workspace=Workspace.INSIGHT, label=_("Service report"), route="reports:service", icon="chart-line",
            permission="reports.view_reports", order=10, phone=True, keywords="report figures 报表 服务水平 分析",
        ),
    ],
    permissions=[
        Permission(key="reports.view_reports", label=_("See reports"), scoped=True),
        Permission(key="reports.export_reports", label=_("Export reports")),
    ],
    pages=[("reports/", "lingting.insight.reports.urls")],
    rest=[("reports", "lingting.insight.reports.rest:router")],
)  # fmt: skip
