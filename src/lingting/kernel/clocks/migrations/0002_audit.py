from django.db import migrations

from lingting.platform.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("clocks", "0001_initial"), ("audit", "0001_initial")]

    operations = [AuditTable("clocks_kind"), AuditTable("clocks_breachreason")]
