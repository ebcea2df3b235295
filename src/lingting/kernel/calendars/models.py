"""When the centre is open: weekly hours, holidays and made-up working days."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.kernel.organisation.models import BilingualName

WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


def new_version() -> int:
    """A number that no state of a calendar had before."""
    return secrets.randbits(62)


class DayTable(BilingualName):
    """A list of special days that calendars share, e.g. the published Chinese working days."""

    key = models.SlugField(unique=True, max_length=40)

    class Meta:
        verbose_name = _("table of special days")


class SpecialDay(models.Model):
    """A day that is not like its weekday: a holiday, or a weekend day that is worked (调休)."""

    KINDS = [("holiday", _("holiday")), ("workday", _("made-up working day"))]
    table = models.ForeignKey(DayTable, models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    name_zh = models.CharField(_("Chinese name"), max_length=40, blank=True)
    name_en = models.CharField(_("English name"), max_length=40, blank=True)
    is_provisional = models.BooleanField(_("not yet published"), default=False)
    source = models.CharField(_("source"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("special day")
        constraints = [models.UniqueConstraint(fields=["table", "date"], name="special_day_once")]


class Calendar(BilingualName):
    """Opening hours in a time zone, with a table of special days. `always_open` is 7x24.

    `version` is a fresh random number after every change of its hours or days: whoever keeps them in memory keeps them for one version.
    """

    key = models.SlugField(unique=True, max_length=40)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    always_open = models.BooleanField(_("7x24"), default=False)
    days = models.ForeignKey(
        DayTable, models.PROTECT, null=True, blank=True, related_name="calendars", verbose_name=_("special days")
    )
    holiday_hours = models.BooleanField(_("open on holidays as on Sundays"), default=False)
    version = models.BigIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("calendar")


class WeeklyHours(models.Model):
    """An opening period of a weekday (0 = Monday), half open: from `opens` up to `closes` (24:00 as 1440 minutes)."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens_minute = models.PositiveSmallIntegerField(_("opens"))
    closes_minute = models.PositiveSmallIntegerField(_("closes"))

    class Meta:
        verbose_name = _("opening period of a weekday")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6, opens_minute__lt=models.F("closes_minute"), closes_minute__lte=1440),
                name="weekly_hours_make_sense",
            )
        ]


class SpecialHours(models.Model):
    """Opening hours of one date of one calendar; no rows with `is_closed` false means the rule above applies."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="special_hours")
    date = models.DateField(_("date"))
    is_closed = models.BooleanField(_("closed all day"), default=False)
    opens_minute = models.PositiveSmallIntegerField(_("opens"), default=0)
    closes_minute = models.PositiveSmallIntegerField(_("closes"), default=1440)
    note = models.CharField(_("note"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("special hours of a date")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_minute__lt=models.F("closes_minute"), closes_minute__lte=1440),
                name="special_hours_make_sense",
            )
        ]
