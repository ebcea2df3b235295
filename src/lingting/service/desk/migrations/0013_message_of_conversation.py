"""A message's case and conversation become one foreign key: its case is that of its conversation, and is asked after once.

At a million messages: some seconds.
"""

import django.db.models.deletion
from django.db import migrations, models


def _to(model: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="messages", to=model
    )


class Migration(migrations.Migration):
    dependencies = [("desk", "0012_tags_in_lanes")]

    operations = [
        migrations.RemoveIndex("conversation", "conversation_of_case"),
        migrations.AddConstraint("conversation", models.UniqueConstraint(fields=("case", "id"), name="conversation_of_case")),
        migrations.AlterField("message", "conversation", _to("desk.conversation")),
        migrations.AlterField("message", "case", _to("desk.case")),
        migrations.RunSQL(
            """ALTER TABLE desk_message ADD CONSTRAINT message_of_conversation FOREIGN KEY (case_id, conversation_id)
               REFERENCES desk_conversation (case_id, id) DEFERRABLE INITIALLY DEFERRED""",
            "ALTER TABLE desk_message DROP CONSTRAINT message_of_conversation",
        ),
    ]
