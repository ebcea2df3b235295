"""Django registration of questionnaires."""

from __future__ import annotations

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    name = "lingting.kernel.questionnaires"
    label = "questionnaires"

    def ready(self) -> None:
        from lingting.kernel.questionnaires.access import files_in_answers, may_see_answer
        from lingting.platform.files.registry import register_access, register_referencer

        register_access(may_see_answer)
        register_referencer("questionnaires", files_in_answers)
