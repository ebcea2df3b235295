"""Django registration of feedback."""

from __future__ import annotations

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "lingting.service.feedback"
    label = "feedback"
