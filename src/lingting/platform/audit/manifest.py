"""What the audit offers to the whole."""

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, Workspace

manifest = Manifest(
    app="audit",
    permissions=[Permission(key="audit.view_changes", label=_("See who changed what"))],
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Change record"),
            route="audit:changes",
            icon="history",
            permission="audit.view_changes",
            order=800,
            keywords="audit log 审计 日志",
        )
    ],
    pages=[("settings/audit/", "lingting.platform.audit.urls")],
)
