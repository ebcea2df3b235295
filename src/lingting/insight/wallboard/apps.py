"""Django registration of the wallboard."""

from __future__ import annotations

from django.apps import AppConfig


class WallboardConfig(AppConfig):
    name = "lingting.insight.wallboard"
    label = "wallboard"

    def ready(self) -> None:
        from lingting.insight.wallboard.presenting import alert_notice
        from lingting.insight.wallboard.services import NOTICE_CODE
        from lingting.kernel.notices.registry import register_text

        register_text(NOTICE_CODE, alert_notice, icon="alert-octagon")
