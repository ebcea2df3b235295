"""The same as a migration and a job of Django's use it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from lingting.platform.database.partitions import create_partitioned, ensure_partitions

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class DiaryMigration(migrations.Migration):
    """A table with what Django adds itself: an index and a foreign key, both written at the migration's
    end.
    """

    operations = [
        migrations.CreateModel(
            name="Diary",
            fields=[("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20, db_index=True))],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("written_at", models.DateTimeField()),
                ("title", models.CharField(max_length=20, db_index=True)),
                ("diary", models.ForeignKey("database.Diary", on_delete=models.PROTECT)),
            ],
        ),
        migrations.RunSQL(create_partitioned("database_entry", column="written_at"), migrations.RunSQL.noop),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_model_lives_on_a_table_cut_into_months() -> None:
    migration = DiaryMigration("0001", "database")
    try:
        with connection.schema_editor(atomic=True) as editor:
            state = migration.apply(ProjectState(), editor)
        diary_model, entry_model = (state.apps.get_model("database", name) for name in ("Diary", "Entry"))
        made = ensure_partitions(connection, table="database_entry", months_ahead=1, now=NOW)
        diary = diary_model.objects.create(name="陈晓")
        entry = entry_model.objects.create(written_at=NOW, title="聆听", diary=diary)

        assert made == ["database_entry_y2026m11", "database_entry_y2026m12"]
        assert entry_model.objects.filter(diary__name="陈晓", pk=entry.pk).values_list("title", flat=True).get() == "聆听"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS database_entry, database_diary")
