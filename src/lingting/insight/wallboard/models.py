"""Limits that the floor should not cross, and the times when it did."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.service.desk.models import Queue


class AlertKind(models.TextChoices):
    WAITING = "waiting", _("customers waiting, more than")
    LONGEST_WAIT = "longest_wait", _("longest wait (s), more than")
    SERVICE_LEVEL = "service_level", _("service level today (%), less than")
    ABANDONMENT = "abandonment", _("abandonment today (%), more than")
    NOBODY_READY = "nobody_ready", _("people ready, fewer than")


class AlertLimit(models.Model):
    """A limit for one queue, or for every queue (`queue` empty)."""

    queue = models.ForeignKey(Queue, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("queue"))
    kind = models.CharField(_("what"), max_length=14, choices=AlertKind.choices)
    limit = models.DecimalField(_("limit"), max_digits=8, decimal_places=1)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("alert limit")
        constraints = [models.UniqueConstraint(fields=["queue", "kind"], name="alert_limit_once", nulls_distinct=False)]


class Alert(models.Model):
    """A limit was crossed in a queue, from `opened_at` until `closed_at`."""

    limit = models.ForeignKey(AlertLimit, models.CASCADE, related_name="alerts")
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="+")
    value = models.FloatField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["limit", "queue"], condition=models.Q(closed_at=None), name="alert_one_open")
        ]
