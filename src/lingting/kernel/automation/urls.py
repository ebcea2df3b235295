from __future__ import annotations

from django.urls import path

from lingting.kernel.automation import views

app_name = "automation"

urlpatterns = [
    path("", views.rules, name="rules"),
    path("new/", views.rule, name="rule-new"),
    path("shape/", views.shape, name="shape"),
    path("trial/", views.trial, name="trial"),
    path("<int:rule_id>/", views.rule, name="rule"),
    path("<int:rule_id>/log/", views.log, name="log"),
    path("<int:rule_id>/use/", views.use, name="use"),
    path("<int:rule_id>/removal/", views.removal, name="removal"),
]
