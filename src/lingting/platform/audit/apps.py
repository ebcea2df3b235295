from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "lingting.platform.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from lingting.platform.audit.writing import watch_connection

        connection_created.connect(watch_connection, dispatch_uid="lingting.audit")
