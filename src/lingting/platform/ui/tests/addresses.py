"""The addresses that the tests of the house itself need."""

from django.urls import include, path

urlpatterns = [path("ui/", include("lingting.platform.ui.urls")), path("settings/", include("lingting.platform.ui.settings_urls"))]
