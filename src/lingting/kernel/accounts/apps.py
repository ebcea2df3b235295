"""Django registration of accounts."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "lingting.kernel.accounts"
    label = "accounts"
    verbose_name = _("Accounts and roles")

    def ready(self) -> None:
        """Teaches the live hub and the API to recognise people."""
        from lingting.kernel.accounts.bearer import caller_by_token, own_account
        from lingting.platform import rest
        from lingting.platform.realtime import topics, visitors

        visitors.register_authenticator(visitors.visitor_from_session)
        topics.register_topic("account", own_account)
        rest.register_authenticator("Bearer", caller_by_token)
