"""Django registration of questionnaires."""

from __future__ import annotations

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    name = "lingting.kernel.questionnaires"
    label = "questionnaires"
