"""All addresses: each app's pages under the prefixes its manifest names, the API, health."""

from __future__ import annotations

from django.urls import include, path

from lingting.config.collect import collect
from lingting.config.health import healthz, readyz
from lingting.config.home import home
from lingting.platform.rest import build_api

_manifests = collect()
# Those with a prefix first: one look passes over all of an app's pages, and only those without must be tried one by one.
_pages = sorted((page for manifest in _manifests for page in manifest.pages), key=lambda page: page[0] == "")

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", build_api(_manifests).urls),
    *(path(prefix, include(module)) for prefix, module in _pages),
]

handler400 = "lingting.platform.ui.errors.bad_request"
handler403 = "lingting.platform.ui.errors.permission_denied"
handler404 = "lingting.platform.ui.errors.page_not_found"
handler500 = "lingting.platform.ui.errors.server_error"
