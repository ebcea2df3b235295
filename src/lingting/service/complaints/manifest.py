"""What complaints offer to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, Permission

manifest = Manifest(
    app="complaints",
    permissions=[
        Permission(key="complaints.view_complaints", label=_("See complaints"), scoped=True),
        Permission(key="complaints.handle_complaints", label=_("Handle complaints"), scoped=True),
        Permission(key="complaints.approve_compensation", label=_("Approve compensation within one's limit"), scoped=True),
        Permission(key="complaints.view_hotspots", label=_("See hot spots of complaints")),
        Permission(key="complaints.manage_measures", label=_("Make measures against hot spots")),
        Permission(key="complaints.manage_catalogue", label=_("Manage complaint categories, causes, compensation and limits")),
    ],
)
