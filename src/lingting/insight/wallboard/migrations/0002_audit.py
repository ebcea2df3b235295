"""Limits of the floor: every change is recorded."""

from django.db import migrations

from lingting.platform.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("wallboard", "0001_initial")]
    operations = [AuditTable("wallboard_alertlimit")]
