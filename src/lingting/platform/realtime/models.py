"""One row for each running hub process."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class HubQuerySet(models.QuerySet["Hub"]):
    """Filters over hub rows."""

    def fresh(self, *, since: datetime) -> HubQuerySet:
        """Hubs that have reported since a moment: those that are alive."""
        return self.filter(seen_at__gte=since)

    def stale(self, *, since: datetime) -> HubQuerySet:
        """Hubs that have not reported since a moment: killed, or cut off."""
        return self.filter(seen_at__lt=since)


class Hub(models.Model):
    """A running hub process, what it has read and who is connected to it."""

    id = models.UUIDField(_("identifier"), primary_key=True)
    started_at = models.DateTimeField(_("started"))
    seen_at = models.DateTimeField(_("last report"))
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    lag_seconds = models.FloatField(_("lag in seconds"))
    connections = models.PositiveIntegerField(_("connections"))
    accounts = ArrayField(models.BigIntegerField(), verbose_name=_("connected accounts"), default=list)

    objects: ClassVar = HubQuerySet.as_manager()

    class Meta:
        verbose_name = _("live hub")
        verbose_name_plural = _("live hubs")

    def __str__(self) -> str:
        return str(self.id)
