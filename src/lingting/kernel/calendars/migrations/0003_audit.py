from django.db import migrations

from lingting.platform.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("calendars", "0002_names"), ("audit", "0001_initial")]

    operations = [
        AuditTable("calendars_daytable"),
        AuditTable("calendars_specialday"),
        AuditTable("calendars_calendar"),
        AuditTable("calendars_weeklyhours"),
        AuditTable("calendars_specialhours"),
    ]
