"""Django registration of desk."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "lingting.service.desk"
    label = "desk"

    def ready(self) -> None:
        from lingting.kernel.notices.registry import register_text
        from lingting.platform.files.registry import register_access
        from lingting.platform.realtime.topics import register_topic
        from lingting.service.desk import audiences, automating, subject
        from lingting.service.desk.services import moving

        register_text("desk.mentioned", _("%(name)s mentioned you in case #%(case)s: %(text)s"), icon="at")
        register_text("desk.bulk_done", _("Done: %(changed)s cases changed, %(refused)s left as they were"), icon="checks")
        moving.connect()
        subject.connect()
        automating.connect()
        from lingting.service.desk import receivers  # noqa: F401 - after the subject is known

        register_access(audiences.may_see_file)
        register_topic("case", audiences.of_cases)
        register_topic("desk", audiences.of_the_desk)
