"""One kind of promise: a subject, a target, a calendar, pauses, warnings and a due moment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.calendars.models import Calendar
from lingting.kernel.organisation.models import BilingualName


def usual_warnings() -> list[Decimal]:
    return [Decimal("0.5"), Decimal("0.8")]


class Kind(BilingualName):
    """What is promised, e.g. first answer, resolution, step; with what holds where nobody says otherwise.

    `target_minutes` counts in the open time of `calendar`; without a calendar, round the clock. `warning_shares`
    (0-1, of the target) are the moments at which a running clock warns.
    """

    key = models.SlugField(unique=True, max_length=40)
    target_minutes = models.PositiveIntegerField(_("target"), null=True, blank=True)
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opening hours")
    )
    warning_shares = ArrayField(
        models.DecimalField(max_digits=4, decimal_places=3), default=usual_warnings, blank=True, verbose_name=_("warnings")
    )
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        verbose_name = _("kind of clock")
        ordering = ["order", "id"]


class BreachReason(BilingualName):
    """Why a promise was not kept, in the centre's own words."""

    key = models.SlugField(unique=True, max_length=40)
    is_active = models.BooleanField(_("offered"), default=True)
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        verbose_name = _("reason for a breach")
        ordering = ["order", "id"]


class State(models.TextChoices):
    RUNNING = "running", pgettext_lazy("clock", "running")
    PAUSED = "paused", pgettext_lazy("clock", "paused")
    STOPPED = "stopped", pgettext_lazy("clock", "stopped")
    CANCELLED = "cancelled", pgettext_lazy("clock", "cancelled")


LIVE_STATES = (State.RUNNING, State.PAUSED)


class Clock(models.Model):
    """A promise about one subject.

    `elapsed` is the open time that passed before `running_since_at`; while running, more passes since then. With a
    target, `due_at` is when elapsed reaches it; a fixed moment has `due_at` and no target. Paused clocks with a target
    have no `due_at`. `next_at` is when the sweep must look: the next warning or the due moment; null when nothing more
    can happen by itself. A clock whose due moment has come is breached (half open: kept means stopped before it) and
    goes on counting until it is stopped.
    """

    kind = models.ForeignKey(Kind, models.PROTECT, related_name="clocks")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.RUNNING)
    target_minutes = models.PositiveIntegerField(null=True)
    calendar = models.ForeignKey(Calendar, models.PROTECT, null=True, related_name="clocks")
    warning_shares = ArrayField(models.DecimalField(max_digits=4, decimal_places=3), default=list)
    started_at = models.DateTimeField()
    elapsed = models.DurationField(default=timedelta)
    running_since_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    warned_share = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    breached_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    breach_reason = models.ForeignKey(BreachReason, models.PROTECT, null=True, related_name="clocks")
    breach_note = models.CharField(max_length=500, blank=True)
    explained_at = models.DateTimeField(null=True)
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("clock")
        indexes = [
            models.Index(fields=["next_at"], name="clock_next", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["subject_kind", "subject_id"], name="clock_subject"),
            models.Index(fields=["calendar"], name="clock_calendar_live", condition=models.Q(state__in=["running", "paused"])),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind"], name="clock_once_while_live",
                condition=models.Q(state__in=["running", "paused"]),
            ),
            models.CheckConstraint(
                name="clock_state_fits",
                condition=models.Q(state="running", running_since_at__isnull=False, paused_at=None, ended_at=None)
                | models.Q(state="paused", running_since_at=None, paused_at__isnull=False, ended_at=None, next_at=None)
                | models.Q(state__in=["stopped", "cancelled"], running_since_at=None, ended_at__isnull=False, next_at=None),
            ),
            models.CheckConstraint(
                name="clock_has_a_promise", condition=models.Q(target_minutes__isnull=False) | models.Q(due_at__isnull=False)
            ),
        ]  # fmt: skip

    @property
    def target(self) -> timedelta | None:
        """The promised open time; None for a fixed moment."""
        return None if self.target_minutes is None else timedelta(minutes=self.target_minutes)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES


class Pause(models.Model):
    """A spell in which a clock stood still, and why; open while `resumed_at` is null."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=40)
    paused_at = models.DateTimeField()
    paused_by = models.CharField(max_length=80)
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("pause of a clock")
        constraints = [
            models.UniqueConstraint(fields=["clock"], name="clock_one_open_pause", condition=models.Q(resumed_at=None))
        ]


class Retarget(models.Model):
    """The promise became another one: by priority, tier or an edited calendar. What had passed stays passed."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="retargets")
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    old_target_minutes = models.PositiveIntegerField(null=True)
    new_target_minutes = models.PositiveIntegerField(null=True)
    old_calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True, related_name="+")
    new_calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True, related_name="+")
    old_due_at = models.DateTimeField(null=True)
    new_due_at = models.DateTimeField(null=True)
    was_breached = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("changed promise")
