"""Translation that also works before Django is configured, when PostgreSQL has to start first."""

from __future__ import annotations


def gettext(message: str) -> str:
    """The sentence in the language of the moment, or in English while Django has no settings yet."""
    try:
        from django.conf import settings
        from django.utils.translation import gettext as translate
    except ImportError:
        return message
    return translate(message) if settings.configured else message
