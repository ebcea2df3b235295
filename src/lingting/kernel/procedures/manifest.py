"""What procedures offer to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, Permission

manifest = Manifest(
    app="procedures",
    permissions=[
        Permission(key="procedures.write_procedures", label=_("Write, publish and withdraw procedures")),
        Permission(key="procedures.manage_runs", label=_("Pass on steps, cancel and move runs of procedures"), scoped=True),
        Permission(key="procedures.view_reports", label=_("See how long the steps of procedures take")),
    ],
    pages=[("procedures/", "lingting.kernel.procedures.urls")],
)
