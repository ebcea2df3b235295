"""The inbox's indexes carry the ids of a case's tags beside what its other filters ask."""

from django.db import migrations, models
from django.db.models import Q

FILTERS = ("queue", "type", "priority", "channel")
LATE = {"state": "open", "due_at__isnull": False}
LANES = {
    "case_by_state": {"fields": ["state", "-active_at", "-id"], "include": ("assignee", *FILTERS)},
    "case_by_assignee": {"fields": ["assignee", "state", "-active_at", "-id"], "include": FILTERS},
    "case_due": {"fields": ["due_at", "id"], "include": ("assignee", *FILTERS), "condition": Q(**LATE)},
    "case_due_by_assignee": {
        "fields": ["assignee", "due_at", "id"], "include": FILTERS, "condition": Q(**LATE, assignee__isnull=False),
    },
    "case_due_unassigned": {
        "fields": ["queue", "due_at", "id"], "include": FILTERS[1:], "condition": Q(**LATE, assignee=None),
    },
    "case_unassigned": {
        "fields": ["queue", "state", "-active_at", "-id"], "include": FILTERS[1:], "condition": Q(assignee=None),
    },
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("desk", "0011_tags_of_cases")]

    operations = [
        migrations.AddIndex("case", models.Index(name=name, **{**lane, "include": (*lane["include"], "tag_ids")}))
        for name, lane in LANES.items()
    ]
