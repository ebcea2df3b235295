"""Policies, the ladder of each, and what holds for which case."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.calendars.models import Calendar
from lingting.kernel.clocks.models import Clock
from lingting.kernel.organisation.models import BilingualName
from lingting.service.crm.models import Tier
from lingting.service.desk.models import Case, CaseType, Queue

FIRST_ANSWER, NEXT_ANSWER, RESOLUTION = "first-answer", "next-answer", "resolution"


def usual_warnings() -> list[Decimal]:
    return [Decimal("0.5"), Decimal("0.8")]


class Policy(BilingualName):
    """What is promised about some cases. The first policy (by `order`) whose every condition holds is the one.

    An empty list of types, channels, tiers, queues or priorities means any. Targets are minutes of open time of
    `calendar` (none: round the clock); an empty target is no promise.
    """

    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)
    types: models.ManyToManyField = models.ManyToManyField(CaseType, blank=True, related_name="+", verbose_name=_("case types"))
    tiers: models.ManyToManyField = models.ManyToManyField(Tier, blank=True, related_name="+", verbose_name=_("customer tiers"))
    queues: models.ManyToManyField = models.ManyToManyField(Queue, blank=True, related_name="+", verbose_name=_("queues"))
    channels = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name=_("channels"))
    priorities = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("priorities"))
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opening hours")
    )
    first_answer_minutes = models.PositiveIntegerField(_("first answer"), null=True, blank=True)
    next_answer_minutes = models.PositiveIntegerField(_("every further answer"), null=True, blank=True)
    resolution_minutes = models.PositiveIntegerField(_("resolution"), null=True, blank=True)
    warning_shares = ArrayField(
        models.DecimalField(max_digits=4, decimal_places=3, validators=[MaxValueValidator(1)]),
        default=usual_warnings, blank=True, verbose_name=_("warnings"),
    )  # fmt: skip
    pauses_while_waiting = models.BooleanField(_("resolution stands still while the customer is asked"), default=True)

    class Meta:
        verbose_name = _("promise policy")
        ordering = ["order", "id"]


class RungAct(models.TextChoices):
    TELL_OWNER = "tell-owner", _("tell the owner")
    TELL_LEADER = "tell-leader", _("tell the team leader")
    TELL_PERSON = "tell-person", _("tell a person")
    RAISE_PRIORITY = "raise-priority", _("raise the priority by one")
    GIVE_TO_LEADER = "give-leader", _("give it to the team leader")
    GIVE_TO_PERSON = "give-person", _("give it to a person")
    MOVE_QUEUE = "move-queue", _("move it to a queue")


class Rung(models.Model):
    """A step of the ladder: at a share of the target (below 1: a warning; 1: the breach), or minutes after the breach."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="rungs")
    promise = models.CharField(
        _("promise"), max_length=20, blank=True,
        choices=[(FIRST_ANSWER, _("first answer")), (NEXT_ANSWER, _("every further answer")), (RESOLUTION, _("resolution"))],
    )  # fmt: skip
    at_share = models.DecimalField(_("at share of the time"), max_digits=4, decimal_places=3, default=Decimal(1))
    after_minutes = models.PositiveIntegerField(_("minutes after the breach"), default=0)
    act = models.CharField(_("what is done"), max_length=15, choices=RungAct.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    queue = models.ForeignKey(Queue, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("queue"))

    class Meta:
        verbose_name = _("rung of the ladder")
        ordering = ["at_share", "after_minutes", "id"]


class Promised(models.Model):
    """Which policy holds for a case, and why: `because` names what matched, as {"type": "投诉", "tier": "VIP"}."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="promised")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="promised")
    because = models.JSONField(default=dict)
    since_at = models.DateTimeField()

    class Meta:
        verbose_name = _("promise of a case")


class Climb(models.Model):
    """A rung was climbed for a clock, once."""

    rung = models.ForeignKey(Rung, models.CASCADE, related_name="climbs")
    clock = models.ForeignKey(Clock, models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, related_name="climbs")
    climbed_at = models.DateTimeField()
    outcome = models.CharField(pgettext_lazy("rung", "outcome"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("climbed rung")
        constraints = [models.UniqueConstraint(fields=["rung", "clock"], name="rung_climbed_once")]
