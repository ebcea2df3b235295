"""Django registration of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lingting.kernel.accounts"
    label = "accounts"
