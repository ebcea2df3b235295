"""Departments, and what the centre asks of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.calendars.models import Calendar
from lingting.kernel.organisation.models import BilingualName
from lingting.platform.files.models import StoredFile
from lingting.service.desk.models import Case

ACCOUNT = settings.AUTH_USER_MODEL


class Department(BilingualName):
    """Logistics, repair, product, finance …: who answers work orders, in which hours and within how long.

    `public_zh`/`public_en` is what a customer reads while one of its orders is open ("我们正在与物流核实").
    `mail` gets a letter with a link for each order; `members` see them under their own sign-in.
    """

    key = models.SlugField(unique=True, max_length=40)
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opening hours")
    )
    minutes = models.PositiveIntegerField(_("answers within (min)"), default=8 * 60)
    mail = models.EmailField(_("mail address"), blank=True)
    public_zh = models.CharField(_("what customers read, Chinese"), max_length=120, blank=True)
    public_en = models.CharField(_("what customers read, English"), max_length=120, blank=True)
    members: models.ManyToManyField = models.ManyToManyField(
        ACCOUNT, blank=True, related_name="departments", verbose_name=_("members")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("department")
        ordering = ["order", "id"]


class OrderState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("work order", "asked")
    ACCEPTED = "accepted", pgettext_lazy("work order", "in hand")
    RETURNED = "returned", pgettext_lazy("work order", "question back")
    ANSWERED = "answered", pgettext_lazy("work order", "answered")
    CANCELLED = "cancelled", pgettext_lazy("work order", "withdrawn")


OPEN_STATES = (OrderState.ASKED, OrderState.ACCEPTED, OrderState.RETURNED)


class WorkOrder(models.Model):
    """A question to a department; `case` is the child case that carries it, its parent the customer's case.

    `token_hash` is the digest of the link's secret: whoever holds the link may answer until `link_until_at`.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="work_order")
    parent = models.ForeignKey(Case, models.CASCADE, related_name="orders_asked")
    department = models.ForeignKey(Department, models.PROTECT, related_name="orders")
    subject = models.CharField(_("subject"), max_length=200)
    question = models.TextField(_("question"))
    state = models.CharField(_("state"), max_length=10, choices=OrderState.choices, default=OrderState.ASKED)
    asked_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    ended_at = models.DateTimeField(null=True)
    token_hash = models.CharField(max_length=64, unique=True)
    link_until_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    PERSONAL_DATA = {"question": ("service", "with its case"), "answer": ("service", "with its case")}

    class Meta:
        verbose_name = _("work order")
        indexes = [
            models.Index(fields=["parent"], name="work_order_parent"),
            models.Index(fields=["department", "state", "asked_at"], name="work_order_department"),
        ]
        constraints = [
            models.CheckConstraint(
                name="work_order_answered_has_words",
                condition=~models.Q(state="answered") | (models.Q(answered_at__isnull=False) & ~models.Q(answer="")),
            )
        ]


class OrderWord(models.Model):
    """Something said about an order between the centre and the department; files go along. Once per `client_key`."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="words")
    is_ours = models.BooleanField()
    author = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    files: models.ManyToManyField = models.ManyToManyField(StoredFile, blank=True, related_name="+")
    said_at = models.DateTimeField()
    client_key = models.UUIDField(null=True)

    PERSONAL_DATA = {"text": ("service", "with its case")}

    class Meta:
        verbose_name = _("word about a work order")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["order", "client_key"], name="order_word_once")]
