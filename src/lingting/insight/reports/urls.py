from __future__ import annotations

from django.urls import path

from lingting.insight.reports import views

app_name = "reports"

urlpatterns = [
    path("service/", views.service, name="service"),
    path("service/export/<slug:kind>/", views.export, name="export"),
]
