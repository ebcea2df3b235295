"""Django registration of work orders."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkOrdersConfig(AppConfig):
    name = "lingting.service.workorders"
    label = "workorders"
    verbose_name = _("Work orders")

    def ready(self) -> None:
        from lingting.kernel.clocks.registry import register_pause
        from lingting.kernel.notices.registry import register_text
        from lingting.kernel.timeline.registry import register_subject
        from lingting.platform.files.registry import register_access, register_referencer
        from lingting.service.desk.selectors import register_fact_words
        from lingting.service.desk.selectors.channels import CHANNELS
        from lingting.service.workorders import selectors, words

        CHANNELS["order"] = ("clipboard-list", _("work order"))
        register_access(selectors.may_see_file)
        register_referencer("workorders.words", selectors.used_files)

        register_pause("waiting-centre", _("waiting for the service centre"))
        register_subject("workorders.order", label=_("Work order"), url=lambda order_id: f"/work-orders/{order_id}/")
        register_text("workorders.asked", _("New work order for %(department)s: %(subject)s"), icon="clipboard-list")
        register_text("workorders.returned", _("%(department)s asks back: %(subject)s"), icon="message-question")
        register_text("workorders.answered", _("%(department)s has answered: %(subject)s"), icon="clipboard-check")
        for kind, (icon, said) in words.FACTS.items():
            register_fact_words(kind, icon=icon, words=said)
