"""The address of the settings page; what stands on it has addresses of its own."""

from django.urls import path

from lingting.platform.ui import views

app_name = "settings"
urlpatterns = [path("", views.settings_index, name="index")]
