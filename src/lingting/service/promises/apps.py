"""Django registration of promises."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromisesConfig(AppConfig):
    name = "lingting.service.promises"
    label = "promises"
    verbose_name = _("Promises")

    def ready(self) -> None:
        from lingting.kernel.notices.registry import register_text
        from lingting.service.promises import counting, receivers  # noqa: F401

        register_text("promises.warning", _("Case #%(case)s: %(promise)s is due %(due)s"), icon="alarm")
        register_text("promises.breach", _("Case #%(case)s: %(promise)s was due %(due)s"), icon="alarm")
        register_text("promises.given", _("Case #%(case)s was given to you: %(promise)s was due %(due)s"), icon="user-check")
        counting.register()
