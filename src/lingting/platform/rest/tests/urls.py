"""The addresses of the tests of the API."""

from django.urls import path

from lingting.platform.rest.composition import build_api
from lingting.platform.ui.manifest import Manifest

api = build_api([Manifest(app="notes", rest=[("", "lingting.platform.rest.tests.endpoints:router")])])
urlpatterns = [path("api/v1/", api.urls)]
