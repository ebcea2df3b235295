"""Addresses of the demo."""

from __future__ import annotations

from django.urls import path

from lingting.demo.shop import views

app_name = "demo"

urlpatterns = [
    path("shop/", views.home, name="shop"),
    path("shop/products/<str:model>/", views.product, name="product"),
]
