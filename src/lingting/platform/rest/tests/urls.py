"""The addresses of the tests of the API."""

from django.http import HttpResponse
from django.urls import include, path

from lingting.platform.rest.composition import build_api
from lingting.platform.ui.manifest import Manifest

api = build_api([Manifest(app="notes", rest=[("", "lingting.platform.rest.tests.endpoints:router")])])
urlpatterns = [
    path("", lambda request: HttpResponse(), name="home"),
    path("ui/", include("lingting.platform.ui.urls")),
    path("api/v1/", api.urls),
]
