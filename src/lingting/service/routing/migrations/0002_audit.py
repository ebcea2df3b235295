"""Who serves what, by which rule: every change is recorded."""

from django.db import migrations

from lingting.platform.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("routing", "0001_initial")]
    operations = [
        AuditTable("routing_queuerule", key="queue_id"),
        AuditTable("routing_queueskill"),
        AuditTable("routing_queuemember"),
        AuditTable("routing_awayreason"),
        AuditTable("routing_agentcapacity", key="account_id"),
    ]
