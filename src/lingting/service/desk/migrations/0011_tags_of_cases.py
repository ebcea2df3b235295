"""The ids of a case's tags go into its row. The inbox's indexes come back, with them, in the next migration.

Two transactions: an index made in the one that changed the rows would hold both their old and their new state.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

LANES = ("case_by_state", "case_by_assignee", "case_due", "case_due_by_assignee", "case_due_unassigned", "case_unassigned")
CARRY = """
    UPDATE desk_case AS file SET tag_ids = marks.ids
    FROM (SELECT case_id, array_agg(tag_id ORDER BY tag_id) AS ids FROM desk_case_tags GROUP BY case_id) AS marks
    WHERE marks.case_id = file.id"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0010_covering_lanes")]

    operations = [
        *(migrations.RemoveIndex("case", name) for name in LANES),
        migrations.AddField(
            "case",
            "tag_ids",
            django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), editable=False, null=True),
        ),
        migrations.RunSQL(CARRY, migrations.RunSQL.noop),
    ]
