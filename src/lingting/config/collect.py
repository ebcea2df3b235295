"""Collects the manifests of all apps: navigation, permissions, metrics, pages, API routers."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from lingting.config.apps import APPS
from lingting.platform.ui.manifest import Manifest, register


def collect() -> list[Manifest]:
    """Registers every app's manifest in floor order; an app without one offers nothing."""
    found = []
    for app in APPS:
        if find_spec(f"{app}.manifest") is None:
            continue
        manifest: Manifest = import_module(f"{app}.manifest").manifest
        register(manifest)
        found.append(manifest)
    return found
