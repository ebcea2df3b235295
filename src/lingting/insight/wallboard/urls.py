from __future__ import annotations

from django.urls import path

from lingting.insight.wallboard import views

app_name = "wallboard"

urlpatterns = [
    path("", views.floor, name="floor"),
    path("now/", views.floor_part, name="floor-part"),
    path("wall/", views.wall, name="wall"),
    path("wall/now/", views.wall_part, name="wall-part"),
    path("limits/", views.limits, name="limits"),
    path("limits/new/", views.limit, name="limit-new"),
    path("limits/<int:limit_id>/", views.limit, name="limit"),
    path("limits/<int:limit_id>/removal/", views.limit_removal, name="limit-removal"),
]
