"""Reading forms."""

from __future__ import annotations

from lingting.kernel.questionnaires.models import Version


def current_version(key: str) -> Version | None:
    """The latest published version of a form; None when there is none."""
    return (
        Version.objects.filter(questionnaire__key=key, published_at__isnull=False)
        .select_related("questionnaire")
        .order_by("-number")
        .first()
    )
