"""The addresses these tests need, whatever else the house has."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("", lambda request: HttpResponse(), name="home"),
    path("ui/", include("lingting.platform.ui.urls")),
    path("files/", include("lingting.platform.files.urls")),
]
