from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "lingting.platform.tables"
    label = "tables"
