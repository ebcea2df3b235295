"""Django registration of promises."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromisesConfig(AppConfig):
    name = "lingting.service.promises"
    label = "promises"
    verbose_name = _("Promises")

    def ready(self) -> None:
        from django.urls import reverse

        from lingting.kernel.clocks.registry import register_subject
        from lingting.kernel.notices.registry import register_text
        from lingting.service.promises import counting, receivers  # noqa: F401

        register_subject(
            "desk.case",
            label=_("Case"),
            name=lambda case_id: f"#{case_id}",
            url=lambda case_id: reverse("desk:case", args=[case_id]),
            topics=lambda case_id: (f"case:{case_id}", "desk"),
        )
        register_text("promises.warning", _("Case #%(case)s: %(promise)s is due %(due)s"), icon="alarm")
        register_text("promises.breach", _("Case #%(case)s: %(promise)s was due %(due)s"), icon="alarm")
        register_text("promises.given", _("Case #%(case)s was given to you: %(promise)s was due %(due)s"), icon="user-check")
        counting.register()
