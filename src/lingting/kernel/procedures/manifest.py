"""What procedures offer to the whole."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Workspace


def _my_steps(request: HttpRequest) -> int:
    from lingting.kernel.procedures.selectors import my_open_count

    return my_open_count(request.user)  # type: ignore[arg-type]


manifest = Manifest(
    app="procedures",
    permissions=[
        Permission(key="procedures.write_procedures", label=_("Write, publish and withdraw procedures")),
        Permission(key="procedures.manage_runs", label=_("Hand over steps, cancel and move runs of procedures"), scoped=True),
        Permission(key="procedures.view_reports", label=_("See how long the steps of procedures take")),
    ],
    navigation=[
        NavigationEntry(
            workspace=Workspace.MY_DAY, label=_("Steps to do"), route="procedures:open-steps", icon="list-check", order=150,
            keywords="tasks steps todo 待办 步骤 流程 任务", badge=_my_steps,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Procedures"), route="procedures:procedures", icon="route",
            permission="procedures.write_procedures", order=215, keywords="process workflow sop 流程 规程 步骤 审批",
            section=SettingsSection.CASES,
        ),
    ],
    pages=[("procedures/", "lingting.kernel.procedures.urls")],
    rest=[
        ("procedures", "lingting.kernel.procedures.rest:router"),
        ("procedure-runs", "lingting.kernel.procedures.rest:runs"),
        ("procedure-steps", "lingting.kernel.procedures.rest:steps"),
    ],
)  # fmt: skip
