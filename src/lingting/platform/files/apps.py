"""Django registration of files."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "lingting.platform.files"
    label = "files"
