"""The token buckets: unlogged, because losing them in a crash costs nothing."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rest", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE rest_bucket (
                key text PRIMARY KEY,
                tokens double precision NOT NULL,
                granted integer NOT NULL,
                refilled_at timestamptz NOT NULL,
                full_at timestamptz NOT NULL
            ) WITH (fillfactor = 50)
            """,
            "DROP TABLE rest_bucket",
        ),
    ]
