"""Translation that also works before Django is ready, when PostgreSQL has to start first."""

from __future__ import annotations

from lingting.platform import terminal


def gettext(message: str) -> str:
    """The sentence in the language of the moment, or in the terminal's while Django is not set up."""
    try:
        from django.apps import apps
        from django.utils.translation import gettext as translate
    except ImportError:
        return terminal.gettext(message)
    return translate(message) if apps.ready else terminal.gettext(message)
