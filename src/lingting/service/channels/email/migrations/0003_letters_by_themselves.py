"""Whether a mailbox writes on the way and at the end; why an address is unreachable as a code, said in the reader's language."""

from __future__ import annotations

import re
from typing import Any

from django.db import migrations, models

STATUSES = (
    ("5.1.", "no_such_address"), ("5.2.1", "mailbox_off"), ("5.2.2", "mailbox_full"), ("5.4.", "no_way"), ("5.7.", "unwanted"),
)  # fmt: skip


def _stored(said: str) -> str:
    found = re.search(r"\b5\.\d{1,3}\.\d{1,3}\b", said)
    code = next((code for start, code in STATUSES if found and found[0].startswith(start)), "came_back")
    return f"{code}\t\t0\t{'' if said == 'bounced' else said}"[:300]


def name_reasons(apps: Any, editor: Any) -> None:
    for row in apps.get_model("email", "Suppression").objects.exclude(reason__contains="\t"):
        row.reason = _stored(row.reason)
        row.save(update_fields=["reason"])
    for row in apps.get_model("email", "Letter").objects.filter(bounced_at__isnull=False).exclude(trouble__contains="\t"):
        row.trouble = _stored(row.trouble)
        row.save(update_fields=["trouble"])


class Migration(migrations.Migration):
    dependencies = [("email", "0002_drafts_and_sign_in")]

    operations = [
        migrations.AddField(
            model_name="mailbox",
            name="tells_progress",
            field=models.BooleanField(default=True, verbose_name="write at each step customers care about"),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="tells_end",
            field=models.BooleanField(default=True, verbose_name="write when it is done, with the way to rate it"),
        ),
        migrations.RunPython(name_reasons, migrations.RunPython.noop),
    ]
