"""Django registration of complaints."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "lingting.service.complaints"
    label = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from lingting.kernel.notices.registry import register_text
        from lingting.kernel.timeline.registry import register_subject
        from lingting.service.complaints import automating, counting, receivers, words  # noqa: F401
        from lingting.service.complaints.selectors import call_address
        from lingting.service.complaints.services import check_complaint_is_done
        from lingting.service.desk.registry import register_closing_check
        from lingting.service.desk.selectors import register_fact_words

        register_subject("complaints.followup", label=_("Follow-up call"), url=call_address)
        register_text("complaints.approval", _("Case #%(case)s: %(name)s asks you to approve %(item)s, %(amount)s"), icon="gift")
        register_text("complaints.approved", _("Case #%(case)s: %(name)s approved %(item)s, %(amount)s"), icon="gift")
        register_text("complaints.rejected", _("Case #%(case)s: %(name)s rejected %(item)s, %(amount)s"), icon="gift")
        register_text("complaints.measure", _("%(name)s gave you a measure, due %(due)s: %(title)s"), icon="target-arrow")
        for kind, (icon, said) in words.FACTS.items():
            register_fact_words(kind, icon=icon, words=said)
        register_closing_check(check_complaint_is_done)
        automating.connect()
        counting.register()
