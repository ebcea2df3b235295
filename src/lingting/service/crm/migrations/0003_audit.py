from django.db import migrations

from lingting.platform.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_lists_and_imports"), ("audit", "0001_initial")]
    operations = [
        AuditTable("crm_tier"),
        AuditTable("crm_customertag"),
        AuditTable("crm_customer", exclude=("vector", "updated_at")),
        AuditTable("crm_customer_tags"),
        AuditTable("crm_contactpoint"),
        AuditTable("crm_customernote"),
        AuditTable("crm_merge", exclude=("moved",)),
    ]
