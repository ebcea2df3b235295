from django.db import migrations

from lingting.platform.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("organisation", "0002_names"), ("audit", "0001_initial")]

    operations = [
        AuditTable("organisation_site"),
        AuditTable("organisation_team"),
        AuditTable("organisation_position"),
        AuditTable("organisation_skill"),
        AuditTable("organisation_employee"),
        AuditTable("organisation_employeeskill"),
    ]
