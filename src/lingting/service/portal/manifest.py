"""What the portal offers to the whole."""

from __future__ import annotations

from lingting.platform.ui.manifest import Manifest

manifest = Manifest(app="portal", pages=[("my/", "lingting.service.portal.urls")])
