from __future__ import annotations

from django.urls import path

from lingting.service.promises import views

app_name = "promises"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("policies/", views.policies, name="policies"),
    path("policies/new/", views.policy, name="policy-new"),
    path("policies/<int:policy_id>/", views.policy, name="policy"),
    path("policies/<int:policy_id>/removal/", views.removal, name="policy-removal"),
    path("policies/ladder/", views.ladder, name="ladder"),
]
