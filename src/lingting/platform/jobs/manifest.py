"""What jobs offers to the whole."""

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, Workspace

manifest = Manifest(
    app="jobs",
    permissions=[
        Permission(key="jobs.view_jobs", label=_("See background jobs")),
        Permission(key="jobs.retry_jobs", label=_("Run failed background jobs again")),
    ],
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Background jobs"),
            route="jobs:overview",
            icon="subtask",
            permission="jobs.view_jobs",
            order=810,
            keywords="queue worker 队列 任务",
        )
    ],
    pages=[("settings/jobs/", "lingting.platform.jobs.urls")],
)
