"""The row every running hub keeps about itself."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Hub",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="identifier")),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("seen_at", models.DateTimeField(verbose_name="last report")),
                ("stopped_at", models.DateTimeField(null=True, verbose_name="stopped")),
                ("lag_seconds", models.FloatField(verbose_name="lag in seconds")),
                ("connections", models.PositiveIntegerField(verbose_name="connections")),
                (
                    "accounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        size=None,
                        verbose_name="connected accounts",
                    ),
                ),
            ],
            options={"verbose_name": "live hub", "verbose_name_plural": "live hubs"},
        ),
    ]
