"""Rules, and what each of them did."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.organisation.models import BilingualName

ACCOUNT = settings.AUTH_USER_MODEL


class Rule(BilingualName):
    """When one of `whens` (kinds of facts) happens to a `subject_type`, if `conditions` hold, then `actions`, in order.

    `conditions`: {"all": [{"field", "op", "value"}], "any": […]}: every one of the first list and, when there is any, at
    least one of the second. `actions`: [{"key", "params": {…}}]. A rule with `stops` ends the matter for later rules.
    """

    subject_type = models.CharField(max_length=40)
    whens = models.JSONField(default=list)
    conditions = models.JSONField(default=dict)
    actions = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    stops = models.BooleanField(_("later rules do not look at it any more"), default=False)
    is_active = models.BooleanField(_("in use"), default=False)
    made_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    paused_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("rule")
        ordering = ["order", "id"]


class Outcome(models.TextChoices):
    DONE = "done", pgettext_lazy("rule", "done")
    REFUSED = "refused", pgettext_lazy("rule", "refused")
    FAILED = "failed", pgettext_lazy("rule", "failed")


class Firing(models.Model):
    """A rule answered a fact, exactly once: `entry_id` in the log. `depth` counts rules that answered rules."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="firings")
    entry_id = models.BigIntegerField()
    when = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    depth = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    message = models.TextField(blank=True)
    fired_at = models.DateTimeField()

    class Meta:
        verbose_name = _("firing of a rule")
        constraints = [models.UniqueConstraint(fields=["rule", "entry_id"], name="firing_once")]
        indexes = [
            models.Index(fields=["rule", "-id"], name="firing_of_rule"),
            models.Index(fields=["subject_type", "subject_id", "-fired_at"], name="firing_of_subject"),
        ]
