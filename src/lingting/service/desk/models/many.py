"""Acts on many cases: what was asked, and what became of each case."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lingting.service.desk.models.cases import Case

ACCOUNT = settings.AUTH_USER_MODEL


class BulkAct(models.Model):
    """One act on many cases, asked by a person: goes on where it stopped, can be looked at, can be undone.

    `act` and `value` say what (`services.bulk`); `told` is the value in words as it was chosen. `undoes` is the act
    that this one takes back.
    """

    account = models.ForeignKey(ACCOUNT, models.CASCADE, related_name="+")
    act = models.CharField(max_length=12)
    value = models.CharField(max_length=60, blank=True)
    told = models.CharField(max_length=120, blank=True)
    total = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")


class BulkOutcome(models.TextChoices):
    WAITING = "waiting", "waiting"
    CHANGED = "changed", "changed"
    UNCHANGED = "unchanged", "unchanged"
    REFUSED = "refused", "refused"


class BulkItem(models.Model):
    """A case within an act: what became of it, why not, and how it stood before."""

    bulk = models.ForeignKey(BulkAct, models.CASCADE, related_name="items", db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=9, choices=BulkOutcome.choices, default=BulkOutcome.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    before = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "case"], name="bulk_item_once")]
        indexes = [models.Index(fields=["bulk", "outcome", "id"], name="bulk_item_by_outcome")]
