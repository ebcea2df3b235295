"""The record of changes. Rows are written by a trigger only, and never changed."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """What was done to a row."""

    CREATE = "create", _("created")
    CHANGE = "change", _("changed")
    DELETE = "delete", _("deleted")


class Change(models.Model):
    """One row of one table was created, changed or deleted.

    `changes` maps a column to `[old, new]`, or to null where the value is secret. An empty `actor_kind` means that
    nobody was named: somebody worked in the database itself (`via` is then `database`).
    """

    at = models.DateTimeField(_("when"), db_default=Now())
    actor_kind = models.TextField(blank=True)
    actor_id = models.TextField(blank=True)
    actor_label = models.TextField(_("who"), blank=True)
    via = models.TextField(_("by way of"))
    request_id = models.TextField(blank=True)
    table_name = models.TextField(_("what"))
    object_id = models.TextField()
    action = models.TextField(_("action"), choices=Action.choices)
    changes = models.JSONField(_("changes"))

    class Meta:
        verbose_name = _("change")
        indexes = [
            models.Index(fields=["table_name", "object_id", "-id"], name="audit_change_object"),
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="audit_change_actor"),
            models.Index(fields=["at"], name="audit_change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.object_id}"
