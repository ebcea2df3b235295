"""Django registration of feedback."""

from __future__ import annotations

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "lingting.service.feedback"
    label = "feedback"

    def ready(self) -> None:
        from lingting.kernel.questionnaires.registry import register_need
        from lingting.service.feedback import receivers  # noqa: F401
        from lingting.service.feedback.counting import register_counters
        from lingting.service.feedback.foundation import SCORE_NEEDED

        register_counters()
        register_need(SCORE_NEEDED)
