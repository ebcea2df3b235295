"""What every centre has from the start: each app's `foundation.lay`, in floor order, any number of times."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.utils import timezone

from lingting.config.apps import APPS
from lingting.config.collect import collect
from lingting.platform.audit import PROGRAM, Actor, acting
from lingting.platform.ui.manifest import manifests


def lay_foundation() -> None:
    """Adds what is missing (roles, case types, calendars, reasons); never changes what people edited."""
    now = timezone.now()
    if not manifests():
        collect()
    with acting(Actor(kind=PROGRAM, id="product", label="Lingting"), via="command"):
        for app in APPS:
            if find_spec(f"{app}.foundation") is not None:
                import_module(f"{app}.foundation").lay(now=now)
