"""The light page: open to whoever holds a link."""

from __future__ import annotations

from django.urls import path

from lingting.service.workorders.views import light

app_name = "orderlink"

urlpatterns = [path("<str:token>/", light.order, name="order")]
