"""Django registration of organisation."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    name = "lingting.kernel.organisation"
    label = "organisation"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        from lingting.kernel.organisation.selectors import is_logo
        from lingting.platform.files.registry import register_access

        register_access(is_logo)
