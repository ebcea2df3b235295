from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0005_joining_fields_time")]

    operations = [
        migrations.AddField("savedview", "is_for_all", models.BooleanField(default=False, verbose_name="for everyone")),
    ]
