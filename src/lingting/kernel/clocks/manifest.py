"""What clocks offer to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, Permission

manifest = Manifest(
    app="clocks",
    permissions=[
        Permission(key="clocks.manage_clocks", label=_("Set kinds of promises and reasons for breaches")),
        Permission(key="clocks.explain_breaches", label=_("Say why a promise was not kept")),
    ],
)
