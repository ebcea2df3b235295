"""New words wait in a list of 64 KB and are sorted into the search index together; the index itself stays as it is."""

import django.contrib.postgres.indexes
from django.db import migrations

ON = "ALTER INDEX message_search SET (fastupdate = on, gin_pending_list_limit = 64)"
OFF = "ALTER INDEX message_search RESET (gin_pending_list_limit); ALTER INDEX message_search SET (fastupdate = off)"


class Migration(migrations.Migration):
    dependencies = [("desk", "0008_many")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ON, OFF)],
            state_operations=[
                migrations.RemoveIndex(model_name="message", name="message_search"),
                migrations.AddIndex(
                    model_name="message",
                    index=django.contrib.postgres.indexes.GinIndex(
                        fields=["vector"], name="message_search", fastupdate=True, gin_pending_list_limit=64
                    ),
                ),
            ],
        )
    ]
