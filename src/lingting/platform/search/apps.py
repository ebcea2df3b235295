from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "lingting.platform.search"
    label = "search"
