from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "lingting.platform.ui"
    label = "ui"
