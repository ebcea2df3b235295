"""Django registration of organisation."""

from __future__ import annotations

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "lingting.kernel.organisation"
    label = "organisation"
