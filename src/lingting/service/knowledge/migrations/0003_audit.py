from django.db import migrations

from lingting.platform.audit.operations import AuditTable

_NOISE = (
    "vector", "text", "updated_at", "use_count", "helpful_count", "unhelpful_count", "draft_title", "draft_html", "draft_summary",
    "draft_keywords", "draft_number", "drafted_at", "drafted_by_id",
)


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_drafts_and_pictures"), ("audit", "0001_initial")]
    operations = [
        AuditTable("knowledge_category"),
        AuditTable("knowledge_subject"),
        AuditTable("knowledge_article", exclude=_NOISE),
    ]
