from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calendars", "0003_audit")]

    operations = [
        migrations.AddField(model_name="calendar", name="version", field=models.BigIntegerField(default=1, editable=False)),
    ]
