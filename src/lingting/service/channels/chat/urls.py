"""Addresses of the chat: what host sites load, and its settings."""

from __future__ import annotations

from django.urls import path

from lingting.service.channels.chat import views

app_name = "chat"

urlpatterns = [
    path("widget.js", views.widget_script, name="widget-script"),
    path("widget/<slug:version>/<str:name>", views.widget_module, name="widget-module"),
    path("widgets/", views.widgets, name="widgets"),
    path("widgets/new/", views.new_widget, name="new-widget"),
    path("widgets/<slug:key>/", views.edit_widget, name="widget"),
    path("widgets/<slug:key>/secret/", views.rotate_secret, name="widget-secret"),
]
