"""Django registration of desk."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "lingting.service.desk"
    label = "desk"

    def ready(self) -> None:
        from lingting.platform.files.registry import register_access
        from lingting.platform.realtime.topics import register_topic
        from lingting.service.desk import audiences

        register_access(audiences.may_see_file)
        register_topic("case", audiences.of_cases)
        register_topic("desk", audiences.of_the_desk)
