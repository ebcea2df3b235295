"""Cases that became one, and one that became two; both can be taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.service.desk.models.cases import Case
from lingting.service.desk.models.talk import Conversation

ACCOUNT = settings.AUTH_USER_MODEL


class CaseMerge(models.Model):
    """A case went into another one.

    `moved` says what went along, so that it can go back: {"conversations": [ids], "redirects": [ids of cases that had
    been merged into it before], "work_orders": [ids]}; `before` is how the case stood ({"state", "closed_at", …}).
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="merges")
    into = models.ForeignKey(Case, models.CASCADE, related_name="merges_in")
    moved = models.JSONField()
    before = models.JSONField()
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("merge of cases")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(undone_at=None), name="case_merged_once"),
            models.CheckConstraint(condition=~models.Q(case=models.F("into")), name="case_not_merged_into_itself"),
        ]


class CaseSplit(models.Model):
    """A part of a conversation became a case of its own: the messages in `message_ids` went from `source` to `target`."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="splits")
    new_case = models.OneToOneField(Case, models.CASCADE, related_name="split_from")
    source = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    target = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    message_ids = models.JSONField()
    split_at = models.DateTimeField()
    split_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("split of a case")
