"""What work orders offer to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, Permission

manifest = Manifest(
    app="workorders",
    permissions=[
        Permission(key="workorders.ask_departments", label=_("Ask other departments by work order")),
        Permission(key="workorders.manage_departments", label=_("Manage departments that answer work orders")),
    ],
)
