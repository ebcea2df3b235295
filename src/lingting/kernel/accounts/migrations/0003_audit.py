from django.db import migrations

from lingting.platform.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_signing_in"), ("audit", "0001_initial")]

    operations = [
        AuditTable("accounts_account", exclude=("last_login",), secret=("password",)),
        AuditTable("accounts_role"),
        AuditTable("accounts_grant"),
        AuditTable("accounts_token", exclude=("last_used_at",), secret=("digest",)),
    ]
