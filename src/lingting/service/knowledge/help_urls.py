"""The help centre: open to everybody, no account, no session."""

from __future__ import annotations

from django.urls import path, register_converter

from lingting.service.knowledge.views import help_centre

app_name = "help"


class LanguageConverter:
    """The languages articles are written in."""

    regex = "zh-hans|en"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class SlugConverter:
    """Letters of any script, digits, hyphens and underscores."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LanguageConverter, "helplanguage")
register_converter(SlugConverter, "wideslug")

urlpatterns = [
    path("", help_centre.front, name="front"),
    path("sitemap.xml", help_centre.sitemap, name="sitemap"),
    path("<helplanguage:language>/", help_centre.home, name="home"),
    path("<helplanguage:language>/search/", help_centre.search, name="search"),
    path("<helplanguage:language>/categories/<slug:key>/", help_centre.category, name="category"),
    path("<helplanguage:language>/articles/<wideslug:slug>/", help_centre.article, name="article"),
    path("<helplanguage:language>/articles/<wideslug:slug>/opinion/", help_centre.opinion, name="opinion"),
]
