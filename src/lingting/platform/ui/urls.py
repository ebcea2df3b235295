"""Pages of the house itself: the gallery, preferences of a guest, the offline page."""

from django.urls import path

from lingting.platform.ui import gallery, views

app_name = "ui"
urlpatterns = [
    path("", gallery.gallery, name="gallery"),
    path("sample/<slug:name>/", gallery.sample, name="sample"),
    path("errors/<slug:name>/", gallery.error, name="error"),
    path("refusal/", gallery.refuse, name="refuse"),
    path("find/", gallery.find, name="find"),
    path("preferences/", views.preferences, name="preferences"),
    path("palette/", views.palette, name="palette"),
    path("offline/", views.offline, name="offline"),
]
