"""The spine: queues, case types, cases, what links and labels them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.calendars.models import Calendar
from lingting.kernel.organisation.models import BilingualName, Team
from lingting.service.crm.models import Customer

ACCOUNT = settings.AUTH_USER_MODEL


class Queue(BilingualName):
    """A line of work in which cases wait for a person: who owns it, when it is open, what it promises.

    The promise is its service level: `target_share` (0-1) of contacts answered within `target_seconds`.
    """

    key = models.SlugField(unique=True, max_length=40)
    description_zh = models.CharField(_("Chinese description"), max_length=200, blank=True)
    description_en = models.CharField(_("English description"), max_length=200, blank=True)
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="queues", verbose_name=_("opening hours"))
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="queues", verbose_name=_("owning team"))
    target_seconds = models.PositiveIntegerField(_("answer within (s)"), default=20)
    target_share = models.DecimalField(_("share answered in time"), max_digits=4, decimal_places=3, default=0.9)
    response_hours = models.PositiveSmallIntegerField(_("written answer within (h)"), default=24)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("queue")
        ordering = ["order", "id"]


class CaseType(BilingualName):
    """What a customer came for: one of the contact types (咨询, 办理, 报修, 投诉 …).

    `procedure_key` names the procedure (`kernel.procedures`) that starts with a case of this type.
    """

    key = models.SlugField(unique=True, max_length=40)
    description_zh = models.CharField(_("Chinese description"), max_length=200, blank=True)
    description_en = models.CharField(_("English description"), max_length=200, blank=True)
    procedure_key = models.SlugField(_("procedure"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("case type")
        ordering = ["order", "id"]


class Tag(models.Model):
    """A free label on cases."""

    name = models.CharField(_("tag"), max_length=40, unique=True)


class CaseState(models.TextChoices):
    """`waiting` is waiting for the customer; `snoozed` comes back by itself."""

    OPEN = "open", pgettext_lazy("case", "open")
    WAITING = "waiting", pgettext_lazy("case", "waiting for customer")
    SNOOZED = "snoozed", pgettext_lazy("case", "snoozed")
    CLOSED = "closed", pgettext_lazy("case", "closed")


class Priority(models.IntegerChoices):
    """A smaller number is more urgent."""

    URGENT = 1, pgettext_lazy("priority", "urgent")
    HIGH = 2, pgettext_lazy("priority", "high")
    NORMAL = 3, pgettext_lazy("priority", "normal")
    LOW = 4, pgettext_lazy("priority", "low")


class Case(models.Model):
    """A customer's need, from first word to its end, over any number of conversations.

    `active_at` is the last thing that happened (the inbox's order); `waiting_since_at` is when the customer
    last spoke without an answer (null: answered); `due_at` the promise to answer. Merged cases keep
    `merged_into`; a work order has a `parent`. `preview` is the latest words of customer, agent or bot
    (`preview_kind`). Foreign keys carry no index of their own where a composite one begins with them:
    every message touches the row, and each index it stands in costs that write. The inbox's indexes carry what its
    filters ask, so that a walk in search of 25 rows never looks at the table; for them `tag_ids` repeats the ids of `tags`
    (null: none), kept by `receivers.carry_tags`. A deleted tag's id may stay in it and means nothing.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="cases", verbose_name=_("customer"), db_index=False)
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="cases", verbose_name=_("queue"), db_index=False)
    type = models.ForeignKey(
        CaseType,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("type"),
        db_index=False,
    )
    assignee = models.ForeignKey(
        ACCOUNT,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("assigned to"),
        db_index=False,
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=10)
    state = models.CharField(_("state"), max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    preview = models.CharField(max_length=140, blank=True)
    preview_kind = models.CharField(max_length=8, blank=True)
    opened_at = models.DateTimeField()
    active_at = models.DateTimeField()
    waiting_since_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    snoozed_until_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False)
    unread_count = models.PositiveIntegerField(default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="work_orders", db_index=False)
    tags: models.ManyToManyField = models.ManyToManyField(Tag, blank=True, related_name="cases")
    tag_ids = ArrayField(models.BigIntegerField(), null=True, editable=False)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("case")
        indexes = [
            models.Index(
                fields=["state", "-active_at", "-id"],
                name="case_by_state",
                include=["assignee", "queue", "type", "priority", "channel", "tag_ids"],
            ),
            models.Index(
                fields=["assignee", "state", "-active_at", "-id"],
                name="case_by_assignee",
                include=["queue", "type", "priority", "channel", "tag_ids"],
            ),
            models.Index(fields=["queue", "state", "-active_at", "-id"], name="case_by_queue"),
            models.Index(fields=["customer", "-active_at"], name="case_by_customer"),
            models.Index(fields=["type", "state", "-active_at", "-id"], name="case_by_type"),
            models.Index(
                fields=["priority", "state", "-active_at", "-id"],
                name="case_by_priority",
                condition=models.Q(priority__lte=2),
            ),
            models.Index(fields=["merged_into"], name="case_merged", condition=models.Q(merged_into__isnull=False)),
            models.Index(fields=["parent"], name="case_work_orders", condition=models.Q(parent__isnull=False)),
            models.Index(
                fields=["due_at", "id"],
                name="case_due",
                condition=models.Q(state="open", due_at__isnull=False),
                include=["assignee", "queue", "type", "priority", "channel", "tag_ids"],
            ),
            models.Index(
                fields=["assignee", "due_at", "id"],
                name="case_due_by_assignee",
                condition=models.Q(state="open", due_at__isnull=False, assignee__isnull=False),
                include=["queue", "type", "priority", "channel", "tag_ids"],
            ),
            models.Index(
                fields=["queue", "due_at", "id"],
                name="case_due_unassigned",
                condition=models.Q(state="open", due_at__isnull=False, assignee=None),
                include=["type", "priority", "channel", "tag_ids"],
            ),
            models.Index(fields=["snoozed_until_at"], name="case_snoozed", condition=models.Q(state="snoozed")),
            models.Index(
                fields=["queue", "state", "-active_at", "-id"],
                name="case_unassigned",
                condition=models.Q(assignee=None),
                include=["type", "priority", "channel", "tag_ids"],
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}".strip()


class CaseLink(models.Model):
    """Two cases that have to do with each other."""

    first = models.ForeignKey(Case, models.CASCADE, related_name="links_out")
    second = models.ForeignKey(Case, models.CASCADE, related_name="links_in")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="case_link_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="case_link_ordered"),
        ]
