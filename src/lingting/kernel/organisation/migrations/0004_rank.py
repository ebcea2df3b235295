from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisation", "0003_audit")]

    operations = [
        migrations.AddField(
            model_name="position",
            name="rank",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="A higher number may approve more, e.g. agent 10, team leader 20, supervisor 30, manager 40.",
                verbose_name="rank",
            ),
        ),
    ]
