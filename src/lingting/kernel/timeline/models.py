"""The log of facts: one append-only table, partitioned by month, and its readers' places."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """A fact that became true, written in the transaction that made it so.

    `topics` names the live audiences and `live` is what they are sent (null: nobody is).
    `xid` is the writing transaction: readers order by (xid, id) below the oldest running
    transaction, so a late commit is never skipped. There are no foreign keys: facts outlive things.
    """

    id = models.BigAutoField(primary_key=True)
    occurred_at = models.DateTimeField()
    kind = models.TextField()
    subject_type = models.TextField()
    subject_id = models.BigIntegerField()
    actor_kind = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.TextField(default="")
    data = models.JSONField(default=dict)
    topics = ArrayField(models.TextField(), default=list)
    live = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "timeline_entry"
        verbose_name = _("timeline entry")


class Cursor(models.Model):
    """How far a named reader has come; moved in the transaction that did its work."""

    reader = models.TextField(primary_key=True)
    xid = models.BigIntegerField(default=0)
    entry_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)
