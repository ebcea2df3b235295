"""Agents' aids: prepared replies and views of the inbox."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.kernel.organisation.models import BilingualName, Team

ACCOUNT = settings.AUTH_USER_MODEL


class CannedReply(models.Model):
    """A prepared text, called by `/name`, with variables such as {{customer.name}}."""

    shortcut = models.CharField(_("shortcut"), max_length=40)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"))
    owner = models.ForeignKey(ACCOUNT, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only for"))
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shortcut", "language", "owner"], name="canned_once", nulls_distinct=False)
        ]


class SavedView(models.Model):
    """A filter of the inbox kept under a name, for oneself, for a team, or for everyone at the desk."""

    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(ACCOUNT, models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("shared with"))
    is_for_all = models.BooleanField(_("for everyone"), default=False)
    filters = models.JSONField(default=dict)
    order = models.PositiveSmallIntegerField(default=100)


class Macro(BilingualName):
    """Several acts on a case under one name, as `kernel.automation` knows them: [{"key", "params"}]; shared, or one's own."""

    actions = models.JSONField(default=list)
    owner = models.ForeignKey(ACCOUNT, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only for"))
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("macro")
        ordering = ["order", "id"]
