"""Django registration of procedures."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    name = "lingting.kernel.procedures"
    label = "procedures"
    verbose_name = _("Procedures")

    def ready(self) -> None:
        from lingting.kernel.notices.registry import register_text
        from lingting.kernel.organisation.registry import register_holding
        from lingting.kernel.procedures import audiences, receivers  # noqa: F401
        from lingting.kernel.procedures.selectors import held_steps
        from lingting.kernel.timeline.registry import register_subject

        register_subject(
            "procedures.step_run", label=_("Step"), name=audiences.name_of_step, names=audiences.names_of_steps,
            url=audiences.url_of_step, topics=audiences.topics_of_step,
        )  # fmt: skip
        register_text("procedures.to_read", _("Please read: %(name)s, version %(number)s"), icon="book")
        register_text("procedures.read_reminder", _("Still to read: %(name)s, version %(number)s"), icon="book")
        register_text("procedures.step_given", _("A step for you: %(step)s (%(subject)s)"), icon="list-check")
        register_text(
            "procedures.step_warned", _("The time for “%(step)s” is running out (%(subject)s)"), icon="clock-exclamation"
        )
        register_text("procedures.step_late", _("“%(step)s” is late (%(subject)s)"), icon="clock-x")
        register_holding("procedures.steps", held_steps)
